import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killAtMoments, killsOf } from '../../support/kill';
import { copyFolder } from '../../support/project';
import { heavyWheels, isWhole, type SmallProject, smallProject } from '../../support/small-environment';

const test = suite<{ project: SmallProject }>('venv, killed while it mends');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

test.before(async (context) => {
  context.project = await smallProject({ wheels: heavyWheels });
});
test.after(({ project }) => project.index.close());

const moments = killsOf(22);

test('at many moments of mending and rebuilding: as before, and no environment is lost', async ({ project }) => {
  const requirements = project.read('requirements-local.txt');
  const locks = { old: project.read('requirements-local.lock'), new: '' };
  project.write('requirements-local.txt', requirements.replace('alpha==1.0', 'alpha==2.0'));
  assert.is((await project.just(['venv:lock'])).exitCode, 0);
  locks.new = project.read('requirements-local.lock');
  const newer = { ...versions, alpha: '2.0' };
  project.write('requirements-local.txt', requirements);
  project.write('requirements-local.lock', locks.old);
  assert.is((await project.just(['venv'])).exitCode, 0);
  const saved = path.join(project.folder, '..', 'saved');
  fs.renameSync(project.venv, saved);
  const { killed } = await killAtMoments({
    project: project.folder,
    args: ['venv'],
    env: { ...project.env, UV_NO_CACHE: '1' },
    moments,
    prepare(moment) {
      fs.rmSync(project.venv, { recursive: true, force: true });
      copyFolder(saved, project.venv);
      project.write('requirements-local.txt', requirements.replace('alpha==1.0', 'alpha==2.0'));
      project.write('requirements-local.lock', locks.new);
      // Half of them cannot be mended from inside.
      if (moment % 2 === 1) fs.rmSync(path.join(project.venv, 'bin', 'python'));
    },
    async inspect(moment) {
      const seen = await project.step(['venv', '--check']);
      if (seen.state === 'done') assert.ok(isWhole(project, newer), `moment ${moment}: done, and it is not`);
      assert.ok(
        [project.venv, `${project.venv}.before`].some((folder) => fs.existsSync(path.join(folder, 'pyvenv.cfg'))),
        `moment ${moment}: neither the old nor the new one is there`,
      );
    },
    settled: ({ exitCode, stderr }, moment) => {
      assert.is(exitCode, 0, `moment ${moment}: ${stderr}`);
      assert.ok(isWhole(project, newer), `moment ${moment}`);
      assert.not.ok(fs.existsSync(`${project.venv}.before`));
    },
  });
  assert.ok(killed >= 0.6 * moments, `only ${killed} runs were killed on the way`);
});

test.run();
