import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { condaFault } from '../../tasks/environments/conda/create/conda-output';
import { condaVersion } from '../../tasks/environments/conda/packages/conda-version';
import { condaFilesIn, condaPackagesFrom } from '../../tasks/environments/prefix/conda-meta';
import { installedFrom, readMetadataFile, recordedFiles } from '../../tasks/environments/prefix/dist-info';
import { parsePyvenv, pyvenvVersion } from '../../tasks/environments/prefix/pyvenv';
import { installerFault, tellingTail } from '../../tasks/environments/python/installer-output';
import { parsePipConfig } from '../../tasks/environments/python/sources/pip-config';
import { parseLock } from '../../tasks/environments/venv/lock/lock-file';
import { installProgress } from '../../tasks/environments/venv/packages/install-progress';
import {
  parseCapabilities,
  parseCudaOfDriver,
  parseGpus,
  parseHealth,
  parseMigDevices,
  parseNvcc,
  parseProcesses,
} from '../../tasks/gpu/driver/nvidia-smi';
import { parseGpuTable } from '../../tasks/gpu/driver/nvidia-smi-table';
import { smiFault } from '../../tasks/gpu/driver/smi-fault';
import { parseXids } from '../../tasks/gpu/driver/xid';
import { mutations, rawControls } from '../support/mutate';
import { repository } from '../support/project';

/** What programs say, nearly right: 2,500 texts for each reader of nvidia-smi, conda, pip and uv. */

const test = suite('what programs say: fuzz');
const count = 2500;

const transcripts = path.join(repository, 'tests/fixtures/nvidia-smi');
/** What follows each command of the transcripts of real machines. */
const said = fs
  .readdirSync(transcripts)
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) => fs.readFileSync(path.join(transcripts, name), 'utf8').split(/^\$ .*$/m))
  .filter((text) => text.trim() !== '');
const processes = 'GPU-8f2c, 4242, python train.py --name=a,b, 1024 MiB\nGPU-8f2c, 1, [N/A], [N/A]\n';
const kernel = 'NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.\n';

/** Every text of a value, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Map) return textsOf([...value]);
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]) : [];
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

function fuzz(name: string, seeds: readonly string[], read: (text: string) => unknown, { raw = false }: { raw?: boolean } = {}) {
  test(name, () => {
    const started = performance.now();
    for (const text of mutations(seeds, count)) {
      const value = read(text);
      for (const each of raw ? [] : textsOf(value)) {
        assert.not.match(each, rawControls, JSON.stringify(text));
        assert.not.match(each, '\n');
        assert.ok(each.length <= 1000);
      }
      for (const each of numbersOf(value))
        assert.ok(Number.isFinite(each) && each >= 0 && Number.isSafeInteger(Math.round(each)), `${each}: ${JSON.stringify(text)}`);
    }
    assert.is(({} as Record<string, unknown>)['polluted'] ?? ({} as Record<string, unknown>)['index-url'], undefined);
    assert.ok(performance.now() - started < 60_000);
  });
}

fuzz('nvidia-smi: cards', said, parseGpus);
fuzz('nvidia-smi: capabilities', [...said, '8.6\n9.0\n'], parseCapabilities);
fuzz('nvidia-smi: health', [...said, '0, Default, 0\n1, Prohibited, 12\n'], parseHealth);
fuzz('nvidia-smi: processes', [...said, processes], parseProcesses);
fuzz('nvidia-smi: CUDA of the driver', said, parseCudaOfDriver);
fuzz('nvidia-smi: parts of cards', said, parseMigDevices);
test('nvidia-smi: a part that stands below no card is none', () => {
  assert.equal(parseMigDevices('  MIG 1g.10gb     Device  1: (UUID: MIG-0c2d4e6f-8a1b-5c3d-9e7f-1a3b5c7d9e0f)\n'), []);
});
fuzz('nvidia-smi: the table for a person', said, parseGpuTable);
fuzz('nvidia-smi: why it failed', said, (output) => smiFault({ exitCode: 9, output, timedOut: false, signal: undefined }));
fuzz('nvcc', [...said, 'Cuda compilation tools, release 12.1, V12.1.105\n'], parseNvcc);
fuzz('the kernel log', [...said, kernel], parseXids);

const conda = [
  'conda 24.11.1\n',
  'mamba 1.5.8\nconda 23.11.0\n',
  '2.0.5\n',
  'CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://x>\n',
  'PackagesNotFoundError: x\n',
];
fuzz('conda: its version', conda, (text) => condaVersion('micromamba', text));
fuzz('conda: why it failed', conda, condaFault);
// Names of files, which are only looked at.
fuzz('conda: a record', ['{"files": ["bin/python", "lib/x.so"], "name": "python"}'], condaFilesIn, { raw: true });
fuzz('conda: names of records', ['numpy-1.26.4-py310_0.json'], (text) => condaPackagesFrom(text.split('\n')), { raw: true });

const installer = [
  'Resolved 3 packages in 10ms\nDownloading torch (731.7MiB)\n Downloaded torch\nPrepared 3 packages in 1s\n',
  'Collecting alpha==1.0\n  Downloading alpha-1.0-py3-none-any.whl (1.2 kB)\nInstalling collected packages: alpha\n',
  '  Downloading torch-2.1.2-cp310-cp310-manylinux1_x86_64.whl (670.2 MB)\nBuilding wheels for collected packages: alpha\n',
  'error: Hash mismatch for `alpha==2.0`\n        Expected sha256 abc\n             Got        def\n',
  'ERROR: Could not find a version that satisfies the requirement alpha==2.0 (from versions: none)\n',
];
fuzz('pip and uv: how far they are', installer, (text) => {
  const { line, grown } = installProgress(3);
  return text.split('\n').map((each) => [line(each), grown(1e9)]);
});
fuzz('pip and uv: why they failed', installer, installerFault);
fuzz('pip and uv: the lines that tell', installer, (text) => tellingTail({ stderr: text, tail: text }), { raw: true });
fuzz(
  'pip: its configuration',
  ['[global]\nindex-url = https://x/simple\n  more\n[install]\ncert = /x\n[__proto__]\nindex-url = x\n'],
  parsePipConfig,
  { raw: true },
);
fuzz('venv: pyvenv.cfg', ['home = /usr/bin\nversion = 3.10.13\n__proto__ = x\n'], (text) => pyvenvVersion(parsePyvenv(text)), {
  raw: true,
});
fuzz('packages: METADATA', ['Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\n\nText\n'], readMetadataFile, { raw: true });
fuzz('packages: RECORD', ['alpha/__init__.py,sha256=x,12\n"a,b.py",sha256=y,3\n'], recordedFiles, { raw: true });
fuzz('packages: names of folders', ['huggingface_hub-0.25.2.dist-info\n'], (text) => installedFrom(text.split('\n')), { raw: true });
fuzz(
  'a lock: only our own refusal is thrown',
  [`# python: 3.10\nalpha==1.0 ; sys_platform == "win32" \\\n    --hash=sha256:${'0'.repeat(64)}\n`],
  (text) => {
    try {
      return parseLock(text);
    } catch (error) {
      assert.match((error as Error).message, /is not a package with a version and SHA-256 hashes$|^it names no package$/);
      return undefined;
    }
  },
  { raw: true },
);

test('a long line, many lines, an endless word: bounded in time', () => {
  const started = performance.now();
  for (const text of [
    'x'.repeat(5_000_000),
    '| 0 '.repeat(1_000_000),
    'GPU-1, 1, a, 1\n'.repeat(500_000),
    `Downloading ${'x'.repeat(1_000_000)} (1 MB)`,
    `conda ${'1.'.repeat(500_000)}`,
  ]) {
    for (const read of [
      parseGpus,
      parseCapabilities,
      parseHealth,
      parseProcesses,
      parseCudaOfDriver,
      parseMigDevices,
      parseGpuTable,
      parseNvcc,
      parseXids,
      condaFault,
      installerFault,
      installProgress(3).line,
    ])
      assert.ok(JSON.stringify(read(text) ?? '').length < 5_000_000);
    condaVersion('conda', text);
    smiFault({ exitCode: 9, output: text, timedOut: false, signal: undefined });
  }
  assert.ok(performance.now() - started < 60_000);
});

test.run();
