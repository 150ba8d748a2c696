import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeName } from '../../../tasks/common/package-name';
import { installedFrom, readMetadataFile, recordedFiles } from '../../../tasks/environments/prefix/dist-info';
import { parsePyvenv, pyvenvVersion } from '../../../tasks/environments/prefix/pyvenv';
import { evaluateMarker } from '../../../tasks/environments/python/markers';
import { parsePipConfig } from '../../../tasks/environments/python/sources/pip-config';
import { headerOf, meaningOf, parseLock } from '../../../tasks/environments/venv/lock/lock-file';
import { pinsOf } from '../../../tasks/environments/venv/lock/pins';

const test = suite('what pip and uv write down');
const hash = `--hash=sha256:${'0a'.repeat(32)}`;

test('names are one however they are written (PEP 503)', () => {
  for (const name of ['Friendly-Bard', 'FRIENDLY-BARD', 'friendly.bard', 'friendly_bard', 'FrIeNdLy-._.-bArD'])
    assert.is(normalizeName(name), 'friendly-bard');
});

test('a lock: versions, markers, comments, continued lines', () => {
  const text = [
    '# made by a program',
    `Alpha.One==1.0 \\\n    ${hash} \\\n    ${hash}\n    # via -r requirements.txt`,
    `beta==2.0+cpu ; python_full_version < '3.11' and sys_platform == "win32" \\\n    ${hash}`,
    `gamma==3!1.0.post1 ${hash} # why`,
  ];
  for (const end of ['\n', '\r\n'])
    assert.equal(parseLock(text.join('\n').replace(/\n/g, end)), [
      { name: 'alpha-one', version: '1.0' },
      { name: 'beta', version: '2.0+cpu', marker: 'python_full_version < \'3.11\' and sys_platform == "win32"' },
      { name: 'gamma', version: '3!1.0.post1' },
    ]);
});

test('a lock that is none', () => {
  for (const [text, message] of [
    ['', /names no package/],
    ['# only a comment\n', /names no package/],
    ['alpha==1.0\n', /`alpha==1\.0` is not a package with a version and SHA-256 hashes/],
    [`alpha>=1.0 ${hash}`, /not a package/],
    [`alpha==1.0 ${hash.slice(0, -1)}`, /not a package/],
    [`<<<<<<< ours\nalpha==1.0 ${hash}`, /`<<<<<<< ours`/],
    [`alpha @ file:///x.whl ${hash}`, /not a package/],
  ] as const)
    assert.throws(() => parseLock(text), message);
});

test('what a requirements file means: no comments, no blanks, no order', () => {
  assert.is(meaningOf('b==2  # why\n\n# all\na==1\n'), meaningOf('a==1\r\nb==2'));
  assert.is.not(meaningOf('a==1'), meaningOf('a==2'));
  assert.is(headerOf('# python: 3.10\n# requirements-local.txt: abc\n', 'requirements-local.txt'), 'abc');
  assert.is(headerOf('# python: 3.10\n', 'overrides'), undefined);
});

test('the pins of a requirements file', () => {
  assert.equal(
    pinsOf(
      [
        'pandas==2.1.3',
        'Beautiful_Soup == 4.12 # why',
        'extras[one, two]==1.0 ; python_version < "4"',
        'loose>=1,<2',
        'alone',
        'any==1.*',
        '-r other.txt',
        '--index-url x',
        'direct @ https://x/y.whl',
      ].join('\n'),
    ),
    [
      { name: 'pandas', version: '2.1.3' },
      { name: 'beautiful-soup', version: '4.12' },
      { name: 'extras', version: '1.0', marker: 'python_version < "4"' },
      { name: 'loose' },
      { name: 'alone' },
      { name: 'any' },
    ],
  );
});

test('environment markers (PEP 508)', () => {
  const values = {
    os_name: 'posix',
    sys_platform: 'linux',
    platform_machine: 'x86_64',
    platform_system: 'Linux',
    python_version: '3.10',
    python_full_version: '3.10.13',
    platform_python_implementation: 'CPython',
    platform_release: '6.1.0-13-amd64',
  };
  for (const [marker, holds] of [
    ["sys_platform == 'win32'", false],
    ["sys_platform != 'win32'", true],
    ["'linux' == sys_platform", true],
    ["python_version < '3.9'", false],
    ["python_version >= '3.9'", true],
    ["python_full_version < '3.11'", true],
    ["python_full_version >= '3.10.2'", true],
    ["python_version == '3.*'", true],
    ["python_version ~= '3.8'", true],
    ["python_version in '3.9 3.10'", true],
    ["platform_machine not in 'arm64 aarch64'", true],
    ["sys_platform == 'darwin' and python_version > '3' or os_name == 'posix'", true],
    ["sys_platform == 'darwin' and (python_version > '3' or os_name == 'posix')", false],
    ["platform_release >= '5.0'", true],
    ["extra == 'dev'", false],
  ] as const)
    assert.is(evaluateMarker(marker, values), holds, marker);
  for (const marker of ['sys_platform ==', "(os_name == 'posix'", "os_name == 'posix' os_name", "os_name ~= 'posix'"])
    assert.throws(() => evaluateMarker(marker, values), /`/, marker);
});

test('packages by the names in site-packages', () => {
  assert.equal(
    installedFrom([
      'huggingface_hub-0.25.2.dist-info',
      'my-old.name-1.0.dist-info',
      'langdetect-1.0.9-py3.10.egg-info',
      'torch-2.1.0+cu121.dist-info',
      'pandas',
      'distutils-precedence.pth',
      'six.py',
    ]).map(({ name, version }) => `${name} ${version}`),
    ['huggingface-hub 0.25.2', 'my-old-name 1.0', 'langdetect 1.0.9', 'torch 2.1.0+cu121'],
  );
});

test('METADATA and RECORD', () => {
  assert.equal(readMetadataFile('Metadata-Version: 2.1\r\nName: Foo.Bar\r\nVersion: 1.0\r\n\r\nName: in the text\r\n'), {
    name: 'foo-bar',
    version: '1.0',
  });
  assert.is(readMetadataFile('Name: foo\n'), undefined);
  assert.equal(recordedFiles('a/b.py,sha256=x,12\n"c,d ""e"".txt",sha256=y,3\na/b.pyc,,\nRECORD,,\n'), [
    { file: 'a/b.py', size: 12 },
    { file: 'c,d "e".txt', size: 3 },
  ]);
});

test("pip's configuration: sections, values of several lines, comments", () => {
  const text =
    '; why\n[global]\nindex-url = https://a/simple\nextra_index_url =\n    https://b/simple\n    https://c/simple\n# x\n[install]\nindex-url: https://d/simple\n[list]\nformat = json\n';
  assert.equal(parsePipConfig(text), { 'index-url': 'https://d/simple', 'extra-index-url': 'https://b/simple https://c/simple' });
  assert.equal(parsePipConfig(''), {});
});

test('pyvenv.cfg of venv, uv and virtualenv', () => {
  assert.is(pyvenvVersion(parsePyvenv('home = /usr/bin\nversion = 3.10.13\n')), '3.10.13');
  assert.is(pyvenvVersion(parsePyvenv('home = /usr/bin\r\nuv = 0.13.9\r\nversion_info = 3.10.13\r\n')), '3.10.13');
  assert.is(pyvenvVersion(parsePyvenv('version_info = 3.10.13.final.0\n')), '3.10.13');
  assert.is(pyvenvVersion(parsePyvenv('')), undefined);
  assert.is(parsePyvenv('home = /a = b\n')['home'], '/a = b');
});

test.run();
