import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLook } from '../../tasks/parse/look';
import { byteName } from '../../tasks/parse/shown-name';
import { parseSshConfig } from '../../tasks/parse/ssh-config';

const test = suite('what ssh and the look at a machine print');

test('options of ssh -G are in lower case, each with its values in order', () => {
  const options = parseSshConfig('host box\nUserKnownHostsFile /a /b\nidentityfile ~/.ssh/one\nidentityfile ~/.ssh/two\n\nnonsense\n');
  assert.equal(
    [options.get('userknownhostsfile'), options.get('identityfile'), options.size],
    [['/a /b'], ['~/.ssh/one', '~/.ssh/two'], 3],
  );
});

const look = 'just-lora-begin\nhome=/home/me\npath=/srv/größe=1\nitem=folder no data/größe\nitem=missing yes logs\njust-lora-end\n';

test('a look has values and what stands at each name, as text', () => {
  const looked = parseLook(byteName(look));
  assert.equal([looked?.values.get('path'), looked?.values.get('home'), looked?.noisy], ['/srv/größe=1', '/home/me', false]);
  assert.equal(Object.fromEntries(looked?.items ?? []), {
    'data/größe': { presence: 'folder', writable: false },
    logs: { presence: 'missing', writable: true },
  });
});

test('what a login shell prints in front is noticed, and one that was cut short is no look', () => {
  assert.is(parseLook(`welcome\n${look}`)?.noisy, true);
  assert.is(parseLook(look.replace('just-lora-end', '')), undefined);
  assert.is(parseLook('sh: not found'), undefined);
});

test.run();
