import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseNetrc } from '../../../../tasks/environments/python/package-index/netrc';

const test = suite('what a netrc has for a host');

const text = `# machine a login wrong password wrong
machine a login me password s#cret
machine a login second password second
machine B
  login   you
  account x
  password "two words \\" and a mark"
macdef init
machine c login macro password macro

machine d password alone
default login anonymous password mail
`;

for (const [host, user, password] of [
  ['a', 'me', 's#cret'],
  ['b', 'you', 'two words " and a mark'],
  ['c', 'anonymous', 'mail'],
  ['d', '', 'alone'],
] as const)
  test(host, () => assert.equal(parseNetrc(text, host), { user, password }));

test('nothing of a host that is not in it, and of what is no netrc', () => {
  assert.is(parseNetrc('machine a login me', 'b'), undefined);
  assert.is(parseNetrc('machine', ''), undefined);
  assert.is(parseNetrc('{"machine": "a"}', 'a'), undefined);
});

test.run();
