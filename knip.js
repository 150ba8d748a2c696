const fs = require('node:fs');
const path = require('node:path');

/** Modules that a task loads when it needs them: their exports are used through `require`, which knip does not follow by name. */
function lazyModules(folder) {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    if (!name.endsWith('.ts')) return [];
    const file = path.join(folder, name);
    const targets = fs.readFileSync(file, 'utf8').matchAll(/require\('(\.[^']+)'\)/g);
    return [...targets].flatMap(([, target]) => {
      const module = path.posix.join(path.dirname(file), target);
      return [`${module}.ts`, `${module}/index.ts`].filter((each) => fs.existsSync(each));
    });
  });
}

module.exports = {
  entry: [
    'just.config.ts',
    'tests/fixtures/**/*.ts',
    'tasks/{index,bin}.ts',
    'tasks/**/*-worker.ts',
    'tests/**/*.test.ts',
    'tools/*.ts',
    'tools/ts-node/*.js',
    'bench/*.ts',
    'tasks/sync/remote-types/*.ts',
    // Handed on whole, as `host.files`.
    'tasks/platform/files/index.ts',
    // Started on machines, by their paths.
    'tasks/machines/there/{run,watch,job,nodes}.ts',
    ...new Set(lazyModules('tasks')),
  ],
  project: ['**/*.ts', 'tools/**/*.js'],
  // Programs of the machine that tests and benchmarks start.
  ignoreBinaries: ['.*'],
  ignoreExportsUsedInFile: true,
  // Started by its path.
  ignoreDependencies: ['publint', 's3rver'],
};
