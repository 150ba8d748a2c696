import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tryLibraries } from '../../tasks/checks/libraries/try-libraries';
import type { Context } from '../../tasks/engine/context';
import { thisHost } from '../../tasks/platform';
import { readSettings } from '../../tasks/settings/read/load';
import { cleanEnvironment, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';
import { skip } from '../support/skip';

// A place of its own for what is temporary, so that nobody else's is taken for a leftover.
process.env.TMPDIR = temporaryFolder();

const test = suite('trying libraries');

/** Libraries that go wrong in every way, as one module each. */
const modules: Record<string, string> = {
  fine: 'print("a library may print what it likes")\n',
  raises: 'raise ImportError("cannot import name \'HfFolder\'")\n',
  crashes: 'import ctypes\nctypes.string_at(0)\n',
  hangs: 'import time\ntime.sleep(600)\n',
  wraps: 'try:\n    import scipy\nexcept ImportError as error:\n    raise RuntimeError("failed") from error\n',
  exits: 'import os\nos._exit(7)\n',
  leaves: 'import sys\nsys.exit("no licence")\n',
  killed: 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n',
  chatty: 'import sys\nprint("{\\"library\\": \\"forged\\", \\"ok\\": true}")\nsys.stderr.write("x" * 100000)\n',
  homely: [
    'import os, pathlib',
    'home = pathlib.Path.home()',
    '(home / "written").write_text("x")',
    'assert os.environ["HF_HOME"] == str(home) and "HF_TOKEN" not in os.environ',
    '',
  ].join('\n'),
  // As much of it as the trial uses, without its data.
  nltk: [
    'import sys, types',
    'data, stem, tokenize = (types.ModuleType("nltk." + name) for name in ("data", "stem", "tokenize"))',
    'sys.modules.update({"nltk.stem": stem, "nltk.tokenize": tokenize})',
    'stem.PorterStemmer = type("PorterStemmer", (), {"stem": lambda self, word: "rain" if word == "raining" else word})',
    'tokenize.wordpunct_tokenize = lambda text: text.split(" ")[-1].rstrip(".").split() + ["kept"]',
    'def find(name):',
    '    raise LookupError(name)',
    'data.find = find',
    '',
  ].join('\n'),
  last: '',
};

/** An environment that holds them. */
function environment(): string {
  const folder = path.join(temporaryFolder(), 'venv');
  execFileSync(python310() ?? '', ['-m', 'venv', '--without-pip', folder], { env: cleanEnvironment() });
  const packages = path.join(folder, 'lib', 'python3.10', 'site-packages');
  for (const [name, text] of Object.entries(modules)) {
    fs.writeFileSync(path.join(packages, `${name}.py`), text);
    const info = path.join(packages, `${name}-1.0.dist-info`);
    fs.mkdirSync(info);
    fs.writeFileSync(path.join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
    fs.writeFileSync(path.join(info, 'RECORD'), `${name}.py,,\n`);
    fs.writeFileSync(path.join(info, 'top_level.txt'), `${name}\n`);
  }
  return path.join(folder, 'bin', 'python');
}

function contextOf(home: string): Context {
  const host = { ...thisHost(), env: {}, home };
  const { settings } = readSettings(host, home, 'local', ['validate.library_limit_seconds=3']);
  return { host, root: home, settings } as unknown as Context;
}

if (!python310()) skip(test, 'libraries are tried in their own Python', 'no Python 3.10 on this machine');
else
  test('each one that goes wrong is named, and those behind it are tried all the same', async () => {
    const home = temporaryFolder();
    const before = fs.readdirSync(path.dirname(home)).filter((name) => name.startsWith('just-lora-libraries-'));
    const seen: string[] = [];
    const names = [...Object.keys(modules).slice(0, -1), 'not-there', 'last'];
    const python = environment();
    const tried = await tryLibraries(contextOf(home), python, names, ({ text }) => void seen.push(text ?? ''));
    const by = Object.fromEntries(tried.map((one) => [one.library, one]));
    assert.equal(
      tried.map(({ library }) => library),
      names,
    );
    assert.equal(
      tried.filter(({ ok }) => ok).map(({ library }) => library),
      ['fine', 'chatty', 'homely', 'nltk', 'last'],
    );
    assert.is(by['raises']?.error, "ImportError: cannot import name 'HfFolder'");
    assert.match(by['raises']?.where ?? '', /raises\.py:1$/);
    assert.is(by['crashes']?.error, 'crashes Python: Segmentation fault');
    assert.is(by['hangs']?.error, 'hangs: no end after 3 s');
    assert.match(by['hangs']?.where ?? '', /hangs\.py:2$/);
    assert.is(by['exits']?.error, 'ends Python with exit code 7');
    assert.is(by['leaves']?.error, 'SystemExit: no licence');
    assert.is(by['killed']?.error, 'ends Python by SIGKILL');
    assert.is(by['wraps']?.causes, "RuntimeError: failed | ModuleNotFoundError: No module named 'scipy'");
    assert.is(by['not-there']?.missing, true);
    assert.is(by['fine']?.version, '1.0');
    assert.is(by['fine']?.did, 'imported `fine`');
    // The environment's own Python, and a path that may be pasted though it has a space.
    assert.is(by['nltk']?.note, `its data \`punkt\` is not there: \`'${python}' -m nltk.downloader punkt\` fetches it`);
    assert.ok(names.every((name) => seen.includes(name)));
    assert.equal(fs.readdirSync(home), []);
    const after = fs.readdirSync(path.dirname(home)).filter((name) => name.startsWith('just-lora-libraries-'));
    assert.equal(after, before);
  });

test('a Python that does not begin is told as that', async () => {
  const home = temporaryFolder();
  const python = path.join(home, 'python');
  fs.writeFileSync(python, '#!/bin/sh\necho "libpython3.10.so: cannot open shared object file" >&2\nexit 127\n', { mode: 0o755 });
  try {
    await tryLibraries(contextOf(home), python, ['fine', 'last'], () => undefined);
    assert.unreachable();
  } catch (error) {
    const { fault } = error as { fault: { code: string; found: string; tail: string } };
    assert.is(fault.code, 'E_PYTHON_BROKEN');
    assert.match(fault.found, '127');
    assert.match(fault.tail, 'libpython3.10.so');
  }
});

test.run();
