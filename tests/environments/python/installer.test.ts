import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installerFault, tellingTail } from '../../../tasks/environments/python/installer-output';
import { installProgress } from '../../../tasks/environments/venv/packages/install-progress';

const test = suite('what pip and uv say');

// Lines as uv 0.13.9 and pip 23.0.1 print them.
test('why they failed', () => {
  for (const [line, fault] of [
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'disk'],
    ['  Caused by: failed to write to file `x`: No space left on device (os error 28)', 'disk'],
    ['error: Hash mismatch for `alpha==2.0`', 'hash'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.', 'hash'],
    [
      'error: Failed to fetch: `https://index.example/simple/alpha/`\n  Caused by: client error (Connect)\n  Caused by: invalid peer certificate: UnknownIssuer',
      'certificate',
    ],
    [
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1007)'))'\nERROR: No matching distribution found for alpha",
      'certificate',
    ],
    ['  cause: error sending request for url (http://127.0.0.1:9/simple/alpha/)', 'registry'],
    [
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for alpha",
      'registry',
    ],
    ['ERROR: Could not find a version that satisfies the requirement alpha==2.0 (from versions: none)', 'registry'],
    [
      'ERROR: Could not find a version that satisfies the requirement alpha==9 (from versions: 1.0, 2.0)\nERROR: No matching distribution found for alpha==9',
      'missing',
    ],
    ['  × No solution found when resolving dependencies:', 'missing'],
    ["ERROR: Wheel 'alpha' located at /x is invalid.", 'wheel'],
    ['zipfile.BadZipFile: File is not a zip file', 'wheel'],
    ['error: failed to create directory `/x`: Permission denied (os error 13)', 'permission'],
    ['error: failed to create directory `/x`: Read-only file system (os error 30)', 'permission'],
    ['error: metadata-generation-failed', 'build'],
    ['Segmentation fault', 'other'],
  ] as const)
    assert.is(installerFault(line), fault, line);
});

test('the line that says what went wrong is not pushed out by a hundred hashes', () => {
  const hashes = Array.from({ length: 100 }, () => '        Expected     or abc');
  const stderr = [
    'ERROR: THESE PACKAGES DO NOT MATCH',
    '    alpha from x:',
    '        Expected sha256 abc',
    ...hashes,
    '             Got        def',
  ].join('\n');
  const tail = tellingTail({ stderr, tail: stderr.split('\n').slice(-20).join('\n') });
  assert.is(tail.split('\n').length, 4);
  assert.match(tail, /^ERROR/);
  assert.is(tellingTail({ stderr: 'a', tail: 'b' }), 'b');
});

test('how far uv is: what it tells, and in between what lies in its cache', () => {
  const { line, grown } = installProgress(3);
  const [text, totalBytes] = ['downloading', 11_534_336];
  assert.is(grown(5_000_000), undefined);
  assert.equal(line('Downloading numpy (10.0MiB)'), { text, doneBytes: 0, totalBytes: 10_485_760, names: 'numpy' });
  assert.equal(line('Downloading lxml (1.0MiB)'), { text, doneBytes: 0, totalBytes, names: 'lxml' });
  const half = grown(20_000_000)?.doneBytes ?? 0;
  assert.ok(half > 0.2 * totalBytes && half < 0.9 * totalBytes, String(half));
  // Unpacked it may be more than was thought: it is not there before uv says so.
  assert.ok((grown(900_000_000)?.doneBytes ?? 0) < totalBytes);
  assert.equal(line(' Downloaded numpy')?.names, 'lxml');
  assert.ok((line(' Downloaded lxml')?.doneBytes ?? 0) >= 0.99 * totalBytes);
  assert.is(grown(5), undefined);
  assert.equal(line('   Building langdetect==1.0.9'), { text: 'building', names: 'langdetect==1.0.9' });
  assert.equal(line('Prepared 3 packages in 2.87s'), { text: 'installing 3 packages' });
  assert.is(line(' + numpy==1.26.4'), undefined);
});

test('how far pip is: which package of how many, and the bytes so far, for it tells no total', () => {
  const { line, grown } = installProgress(2);
  const of = (done: number) => ({ text: 'downloading', count: { done, total: 2, noun: 'package' } });
  assert.equal(line('Collecting alpha==1.0'), { ...of(0), names: 'alpha' });
  assert.equal(line('  Downloading alpha-1.0-py3-none-any.whl (2.0 MB)'), { ...of(0), names: 'alpha' });
  assert.equal(grown(1_500_000), { ...of(0), doneBytes: 1_500_000, names: 'alpha' });
  assert.equal(line('Collecting beta==1.0'), { ...of(1), doneBytes: 1_500_000, names: 'beta' });
  assert.equal(line('  Downloading beta-1.0-py3-none-any.whl (500 kB)'), { ...of(1), doneBytes: 2_000_000, names: 'beta' });
  assert.equal(line('Installing collected packages: alpha, beta'), { text: 'installing 2 packages' });
});

test.run();
