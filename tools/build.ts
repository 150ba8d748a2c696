import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Builds `lib/` as npm publishes it: JavaScript, types, and the scripts that run inside Python environments. */
const root = path.resolve(__dirname, '..');
const [from, to] = [path.join(root, 'tasks'), path.join(root, 'lib')];

fs.rmSync(to, { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', path.join(root, 'tools', 'build.json')], {
  stdio: 'inherit',
});
fs.cpSync(from, to, {
  recursive: true,
  filter: (file) => (fs.statSync(file).isDirectory() ? !file.endsWith('__pycache__') : !file.endsWith('.ts')),
});
