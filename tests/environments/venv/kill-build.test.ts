import * as fs from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killAtMoments, killsOf } from '../../support/kill';
import { heavyWheels, isWhole, type SmallProject, smallProject } from '../../support/small-environment';

const test = suite<{ project: SmallProject }>('venv, killed while it builds');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

test.before(async (context) => {
  context.project = await smallProject({ wheels: heavyWheels });
});
test.after(({ project }) => project.index.close());

const moments = killsOf(22);

test('at many moments of building: nothing reads done that is not, and the next run reaches the end', async ({ project }) => {
  const { killed } = await killAtMoments({
    project: project.folder,
    args: ['venv'],
    env: { ...project.env, UV_NO_CACHE: '1' },
    moments,
    prepare: () => fs.rmSync(project.venv, { recursive: true, force: true }),
    async inspect(moment) {
      const seen = await project.step(['venv', '--check']);
      if (seen.state === 'done') assert.ok(isWhole(project, versions), `moment ${moment}: done, and it is not`);
    },
    settled: ({ exitCode, stderr }, moment) => {
      assert.is(exitCode, 0, `moment ${moment}: ${stderr}`);
      assert.ok(isWhole(project, versions), `moment ${moment}`);
      assert.not.ok(fs.existsSync(`${project.venv}.before`));
    },
  });
  assert.ok(killed >= 0.6 * moments, `only ${killed} runs were killed on the way`);
});

test.run();
