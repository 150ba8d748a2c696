import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { projectCopy, repository } from '../support/project';
import { contextFor, type FakeMachine } from '../support/transcript';

/** A project whose training environment has a real Python and nothing else. */
export function projectWithPython(): string {
  const project = projectCopy();
  execFileSync('python3', ['-m', 'venv', '--without-pip', path.join(project, '.venv-remote')]);
  return project;
}

const fixtures = path.join(repository, 'tests/fixtures/torch');

/** A run in it on a made-up machine, with a torch that has the faults no machine of ours has. */
export function contextWithTorch(
  project: string,
  { root, env }: FakeMachine,
  { torch = {}, sets = [] }: { torch?: object; sets?: string[] },
): ReturnType<typeof contextFor> {
  return contextFor(project, { root, env: { ...env, PYTHONPATH: fixtures, FAKE_TORCH: JSON.stringify(torch) }, sets });
}
