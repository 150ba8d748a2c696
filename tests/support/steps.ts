import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository, temporaryFolder } from './project';

/** A project whose tasks are the made-up steps of tests/fixtures/steps, or of another folder beside it. */
export function stepsProject(fixture = 'steps'): string {
  const folder = temporaryFolder();
  const text = fs.readFileSync(path.join(repository, 'tests/fixtures', fixture, 'just.config.ts'), 'utf8');
  fs.writeFileSync(path.join(folder, 'just.config.ts'), text.replaceAll('../../../tasks', path.join(repository, 'tasks')));
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** Every path below a folder with its size and time: equal before and after means that nothing was written. */
export function snapshot(folder: string): string {
  // Not even read: it is a link to the packages of this repository, whose caches other tests write into.
  const names = fs.readdirSync(folder).filter((name) => name !== 'node_modules');
  const below = (name: string) =>
    fs.lstatSync(path.join(folder, name)).isDirectory()
      ? fs.readdirSync(path.join(folder, name), { recursive: true, encoding: 'utf8' }).map((inner) => `${name}/${inner}`)
      : [];
  return names
    .flatMap((name) => [name, ...below(name)])
    .sort()
    .map((name) => {
      const { size, mtimeMs, mode } = fs.lstatSync(path.join(folder, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    })
    .join('\n');
}
