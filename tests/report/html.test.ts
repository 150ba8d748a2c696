import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { html, prose } from '../../tasks/report/page/html';

const test = suite('report: html');

const texts: [text: string, markup: string][] = [
  ['plain', 'plain'],
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['" onload="alert(1)', '&quot; onload=&quot;alert(1)'],
  ["' onload='x", '&#39; onload=&#39;x'],
  ['&lt;', '&amp;lt;'],
  ['a\u0000b\u001b[31m', 'a\ufffdb\ufffd[31m'],
  ['photo\u202egpj.exe', 'photo\ufffdgpj.exe'],
  ['half \ud800 of a pair', 'half \ufffd of a pair'],
  ['whole 😀 pair, naïve, 日本', 'whole 😀 pair, naïve, 日本'],
];

for (const [text, markup] of texts)
  test(`escapes ${JSON.stringify(text)}`, () => {
    assert.is(html`<p title="${text}">${text}</p>`.markup, `<p title="${markup}">${markup}</p>`);
  });

test('marks commands, and leaves a lone backtick alone', () => {
  assert.is(prose('run `npx just <b>` now').markup, 'run <code>npx just &lt;b&gt;</code> now');
  assert.is(prose('a name with ` in it').markup, 'a name with ` in it');
});

test('puts markup and lists of it in as they are', () => {
  assert.is(html`<ul>${['a', '<'].map((text) => html`<li>${text}</li>`)}${undefined}${3}</ul>`.markup, '<ul><li>a</li><li>&lt;</li>3</ul>');
});

test.run();
