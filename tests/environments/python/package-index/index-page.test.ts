import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laterVersions, yankedReason } from '../../../../tasks/audit/index-state';
import { addressOf, type IndexFile, indexFiles } from '../../../../tasks/environments/python/package-index/index-page';
import { indexesIn } from '../../../../tasks/environments/python/package-index/indexes';

const test = suite('what an index lists of a package');

const json = (files: unknown) =>
  indexFiles(JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'my-pkg', files }), 'application/vnd.pypi.simple.v1+json', 'my-pkg');

test('JSON: versions by the names of wheels and archives, with what was taken back', () => {
  const files = json([
    { filename: 'my_pkg-1.0-py3-none-any.whl', yanked: 'broke the build\nof all' },
    { filename: 'my.pkg-1.0.tar.gz', yanked: true },
    { filename: 'My_Pkg-1.1-1-cp310-cp310-manylinux_2_17_x86_64.whl', 'requires-python': '>=3.9' },
    { filename: 'my-pkg-1.1.tar.gz', yanked: 'of the archive alone' },
    { filename: 'my_pkg-1.2-py3-none-any.whl', 'requires-python': '>=3.11' },
    { filename: 'my_pkg-1.3rc1-py3-none-any.whl' },
    { filename: 'my_pkg-1.3.post1-py3-none-any.whl', yanked: false },
    { filename: 'other-9-py3-none-any.whl' },
    { filename: '../../my_pkg-8.tar.gz' },
    { filename: 7 },
    null,
  ]);
  assert.is(yankedReason(files, '1.0'), 'broke the build of all');
  assert.is(yankedReason(files, '1.1'), undefined, 'one of its files is there still');
  assert.is(yankedReason(files, '2.0'), undefined, 'the index has none of it');
  assert.equal(laterVersions(files, '1.0', '3.10'), ['1.1', '1.3.post1']);
  assert.equal(laterVersions(files, '1.0', '3.12'), ['1.1', '1.2', '1.3.post1']);
});

test('HTML: the same', () => {
  const page = `<!DOCTYPE html><html><body>
<a href="/f/my_pkg-1.0-py3-none-any.whl#sha256=0" data-requires-python="&gt;=3.11" data-yanked="bad">my_pkg-1.0-py3-none-any.whl</a><br>
<a href="/f/my_pkg-1.1.tar.gz" data-yanked>my_pkg-1.1.tar.gz</a>
<a href="/f/my_pkg-1.2.tar.gz">my_pkg-1.2.tar.gz</a></body></html>`;
  const files = indexFiles(page, 'text/html; charset=utf-8', 'my-pkg') ?? [];
  assert.equal([yankedReason(files, '1.0'), yankedReason(files, '1.1'), yankedReason(files, '1.2')], ['bad', '', undefined]);
  assert.is(files[0]?.python, '>=3.11');
});

test('where a file is: as the page says, from where the page came, or from its base', () => {
  const from = new URL('https://index/simple/my-pkg/');
  const page = (link: string, head = '') => indexFiles(`<head>${head}</head><a ${link}>my_pkg-1.0.tar.gz</a>`, 'text/html', 'my-pkg') ?? [];
  const at = ([file]: IndexFile[]) => file && addressOf(file, from)?.href;
  assert.is(at(page('href="../../f/a.gz#sha256=00"')), 'https://index/f/a.gz#sha256=00');
  assert.is(at(page("data-x=y href='//other/a.gz?x=1&amp;y=2'")), 'https://other/a.gz?x=1&y=2');
  assert.is(at(page('href="a.gz"', '<base href="/deep/">')), 'https://index/deep/a.gz');
  assert.is(at(page('href="file:///etc/passwd"')), undefined);
  assert.is(at(page('title="no place"')), undefined);
  const [listed] = json([{ filename: 'my_pkg-1.0.tar.gz', url: 'https://files/a.gz' }]) ?? [];
  assert.is(listed && addressOf(listed, from)?.href, 'https://files/a.gz');
});

test('anything else is no page', () => {
  assert.is(indexFiles('{"files": {}}', 'application/json', 'my-pkg'), undefined);
  assert.is(indexFiles('<html>login</html>', 'application/json', 'my-pkg'), undefined);
  assert.is(indexFiles('hello', 'text/plain', 'my-pkg'), undefined);
});

test('the indexes that pip and uv are set to, and the one that they name themselves where none is', async () => {
  const usual = async () => 'https://usual/simple';
  assert.equal(await indexesIn({}, usual), ['https://usual/simple']);
  assert.equal(await indexesIn({}, async () => undefined), []);
  assert.equal(await indexesIn({ PIP_INDEX_URL: 'https://a/simple', PIP_EXTRA_INDEX_URL: 'file:///x https://b/simple' }, usual), [
    'https://a/simple',
    'https://b/simple',
  ]);
  assert.equal(await indexesIn({ UV_DEFAULT_INDEX: 'corp=https://c/simple', PIP_INDEX_URL: 'https://a/simple' }, usual), [
    'https://c/simple',
  ]);
  const named = { UV_INDEX: 'my-corp=https://d/simple', UV_INDEX_MY_CORP_USERNAME: 'me', UV_INDEX_MY_CORP_PASSWORD: 'a b' };
  assert.equal(await indexesIn(named, usual), ['https://usual/simple', 'https://me:a%20b@d/simple']);
});

test.run();
