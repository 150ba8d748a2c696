#!/usr/bin/env node
import './node-version';
import * as path from 'node:path';
import './cli/lost-output';
import { configName, newConfigName, projectAbove } from './cli/just-config';
import { explain, faultOf, UserError } from './common/errors';
import * as files from './platform/files';

/** The project of whoever is in this folder or below it, with the file that just reads. @throws UserError E_JUST_CONFIG */
function projectFrom(folder: string): string {
  const project = projectAbove(files, folder);
  if (project !== undefined && configName(files, project) !== undefined) return project;
  throw new UserError(
    {
      code: 'E_JUST_CONFIG',
      found: project === undefined ? `no project is in \`${folder}\` or above it` : `no \`just.config.ts\` is in \`${project}\``,
      needed: 'the file that tells just of the tasks of just-lora',
      fix: '`npx just-lora init` writes it',
    },
    2,
  );
}

/** Writes the file that just reads, under the name that package.json asks for. @throws UserError E_JUST_CONFIG */
function init(folder: string): string {
  const project = projectAbove(files, folder);
  if (project === undefined)
    throw new UserError(
      {
        code: 'E_JUST_CONFIG',
        found: `no package.json is in \`${folder}\` or above it`,
        needed: "the project's own, which names just-lora",
        fix: '`npm init -y && npm install --save-dev just-lora just-scripts`',
      },
      2,
    );
  const there = configName(files, project);
  const next = `next: \`npx just setup:local --plan\`${project === folder ? '' : ` in \`${project}\``}`;
  if (there !== undefined) {
    const isOurs = /just-lora/.test(files.readText(path.join(project, there)) ?? '');
    const todo = "\n\nfix: add `import { registerTasks } from 'just-lora'` and `registerTasks()` to it";
    return `\`${there}\` is there already${isOurs ? '' : `, and does not name just-lora${todo}`}\n\n${next}`;
  }
  const name = newConfigName(files, project);
  files.writeText(path.join(project, name), "import { registerTasks } from 'just-lora';\n\nregisterTasks();\n");
  return `wrote \`${name}\`\n\n${next}`;
}

/** `npx just-lora init`, else the same as `npx just`, from any folder of a project. */
function main(): void {
  const folder = process.cwd();
  try {
    if (process.argv[2] === 'init') {
      process.stdout.write(`${init(folder)}\n`);
      return;
    }
    process.chdir(projectFrom(folder));
  } catch (error) {
    process.stderr.write(`${explain(faultOf(error))}\n`);
    process.exitCode = error instanceof UserError ? error.exitCode : 1;
    return;
  }
  require('just-task/bin/just.js');
}

main();
