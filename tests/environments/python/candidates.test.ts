import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { candidatesFor } from '../../../tasks/environments/python/interpreter/candidates';
import { contextWith } from '../../support/context';
import { temporaryFolder } from '../../support/project';

const test = suite('places to look for a Python');

test('uv\u2019s own come first, whole as they are, then pyenv, newest first, then PATH', () => {
  const root = temporaryFolder('jl-pythons');
  const program = (file: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), '#!/bin/sh\n', { mode: 0o755 });
    return path.join(root, file);
  };
  const files = [
    program('uv/cpython-3.10.20-linux-x86_64-gnu/bin/python3.10'),
    program('pyenv/versions/3.10.13/bin/python'),
    program('pyenv/versions/3.10.9/bin/python'),
    program('bin/python3.10'),
    program('bin/python3'),
  ];
  program('uv/cpython-3.11.9-linux-x86_64-gnu/bin/python3.11');
  const context = contextWith({});
  const env = { UV_PYTHON_INSTALL_DIR: path.join(root, 'uv'), PYENV_ROOT: path.join(root, 'pyenv'), PATH: path.join(root, 'bin') };
  const found = candidatesFor({ ...context, host: { ...context.host, env, home: root, platform: 'linux' } }, '3.10');
  assert.equal(
    found.map(({ command }) => command),
    files,
  );
});

test.run();
