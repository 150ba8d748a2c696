import { series, type TaskFunction, task } from 'just-task';
import { registerTasks, setupTask } from './tasks';

// How this repository builds itself. The steps are tasks of just-scripts, which takes 145 ms to load: only once one of them runs.
const scripts = () => require('just-scripts') as typeof import('just-scripts');
const clean = () => scripts().cleanTask({ paths: ['lib', 'coverage'] });
const compile = () => scripts().tscTask({ project: 'tools/build.json' });
/** Programs that run inside Python environments. */
const copy = () => scripts().copyTask({ paths: ['tasks/**/*.py'], dest: 'lib' });
const publint = () => scripts().nodeExecTask({ args: ['node_modules/publint/src/cli.js', '--strict'] });

// Tasks of just as the steps of one of ours: one view, `--plan`, one lock.
const build = setupTask([clean, compile, copy], {
  name: 'build',
  details: 'Compiles tasks/ to lib/, and copies the Python programs beside it.',
  // A wrong setting of this machine is no reason not to build, and a build is no news about it.
  allowInvalidSettings: true,
  skipRecord: true,
});

task('clean', 'Remove lib/ and coverage/', clean);
task('build', 'Build the package: lib/', build);
// And one of ours among tasks of just.
task('package', 'Build, and check what npm would publish', series(build, publint) as TaskFunction);

registerTasks();
