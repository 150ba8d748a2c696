import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Runtime } from '../../tasks/machines/machine';
import { repository, temporaryFolder } from './project';

/**
 * What is brought to a machine, made by hand: the compiled tasks, packages, and the configuration that registers them.
 * It is not the build of the package, which checks types for a minute.
 */
export function builtApp(folder = temporaryFolder('jl-app')): string {
  const { translate } = require('../../tools/ts-node/loader') as { translate(source: string, file: string): string };
  for (const entry of fs.readdirSync(path.join(repository, 'tasks'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = path.join(entry.parentPath, entry.name);
    const to = path.join(folder, 'lib', path.relative(path.join(repository, 'tasks'), from));
    fs.mkdirSync(path.dirname(to), { recursive: true });
    if (!from.endsWith('.ts')) fs.copyFileSync(from, to);
    else fs.writeFileSync(to.replace(/ts$/, 'js'), translate(fs.readFileSync(from, 'utf8'), from));
  }
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  for (const file of ['package.json', 'configs']) fs.cpSync(path.join(repository, file), path.join(folder, file), { recursive: true });
  fs.writeFileSync(path.join(folder, 'just.config.js'), "require('./lib').registerTasks();\n");
  return folder;
}

/** The runtime of a machine that is this one. */
export const runtimeHere = (project: string, app = builtApp()): Runtime => ({
  node: process.execPath,
  app,
  project,
  state: path.join(path.dirname(app), '.cache', 'just-lora'),
});
