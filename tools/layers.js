const fs = require('node:fs');
const path = require('node:path');

/**
 * What a folder of tasks/ may import. `npm run layers` holds it (dependency-cruiser), `npm run layers:picture` draws what is.
 * From top to bottom: a room imports from the rows below its own, never from its own row or above; types count too.
 * A room is one folder, or several that import each other. `.` are the files of tasks/ itself.
 */
const layers = [
  [['.']],
  [['verify', 'adapters'], ['report']],
  [['train']],
  [['gpu']],
  [['sync'], ['storage']],
  [['hub']],
  [['remote']],
  [['conda']],
  [['checks'], ['obstacles'], ['profile']],
  [['venv'], ['safetensors']],
  [['python']],
  [['configuration', 'core']],
  [['parse']],
  [['untrusted']],
  [['versions']],
];

const tasks = path.join(__dirname, '..', 'tasks');
const named = layers.flat(2);
const folders = fs.readdirSync(tasks, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('__'));
const wrong = [
  ...folders.filter(({ name }) => !named.includes(name)).map(({ name }) => `tasks/${name} stands in no row`),
  ...named.filter((name) => !fs.existsSync(path.join(tasks, name))).map((name) => `there is no tasks/${name}`),
];
if (wrong.length > 0) throw new Error(`tools/layers.js: ${wrong.join(', ')}`);

const filesOf = (names) => names.map((name) => (name === '.' ? '^tasks/[^/]+$' : `^tasks/${name}/`));

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Files that need each other to load. Types are gone by then: they do not count.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'type-import'] } },
    },
    { name: 'no-unresolvable', comment: 'There is no such file or package.', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layers.flatMap((row, index) =>
      row.map((room) => ({
        name: `layers: ${room.join(' and ')}`,
        comment: 'Imports go down: see the rows of tools/layers.js.',
        severity: 'error',
        from: { path: filesOf(room) },
        to: { path: filesOf(layers.slice(0, index + 1).flat(2)), pathNot: filesOf(room) },
      })),
    ),
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
