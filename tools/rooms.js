const fs = require('node:fs');
const path = require('node:path');

/**
 * What a room of tasks/ may import. `npm run layers` holds it (dependency-cruiser), `npm run layers:picture` draws what is.
 * From top to bottom: a room imports from the rows below its own, never from its own row or above; types count too.
 * A room is a folder; one that is named with a longer path stands apart from the folder that it lies in. `.` are the files of tasks/ itself.
 */
const layers = [
  ['.'],
  ['cli', 'export', 'report', 'uninstall'],
  ['machines'],
  ['training', 'slurm'],
  ['checkpoints'],
  ['environments/proof', 'data'],
  ['gpu'],
  ['audit', 'sync', 'storage'],
  ['hub'],
  ['environments/training'],
  ['environments/conda'],
  ['checks'],
  ['environments/obstacles', 'environments/profile'],
  ['environments/venv', 'gpu/driver'],
  ['environments/python'],
  ['environments/prefix'],
  ['engine'],
  ['settings'],
  ['checkpoints/folder', 'hub/http'],
  ['checkpoints/safetensors'],
  ['platform'],
  ['knowledge'],
  ['common'],
  ['untrusted'],
];

const tasks = path.join(__dirname, '..', 'tasks');
const rooms = layers.flat();
const folders = fs.readdirSync(tasks, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('__'));
const wrong = [
  ...folders
    .filter(({ name }) => !rooms.some((room) => room === name || room.startsWith(`${name}/`)))
    .map(({ name }) => `tasks/${name} stands in no row`),
  ...rooms.filter((room) => !fs.existsSync(path.join(tasks, room))).map((room) => `there is no tasks/${room}`),
];
if (wrong.length > 0) throw new Error(`tools/rooms.js: ${wrong.join(', ')}`);

/** The files of a room, without those of a room that lies in it. */
function filesOf(room) {
  if (room === '.') return '^tasks/[^/]+$';
  const inner = rooms.filter((other) => other.startsWith(`${room}/`)).map((other) => `${other.slice(room.length + 1)}/`);
  return `^tasks/${room}/${inner.length > 0 ? `(?!${inner.join('|')})` : ''}`;
}

/** The room that a file of tasks/ lies in, by the longest path that fits. */
const roomOf = (file) => rooms.find((room) => new RegExp(filesOf(room)).test(file));

module.exports = { layers, rooms, filesOf, roomOf };
