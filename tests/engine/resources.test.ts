import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Resource, Resources } from '../../tasks/engine/resources';
import { contextWith } from '../support/context';

/** What the steps of one run share. */
const test = suite('resources');

test('each is made when it is first asked for, once in a run, and closed at its end', () => {
  const log: string[] = [];
  const counted = (name: string): Resource<{ number: number }> => ({
    make: ({ task }) => {
      log.push(`make ${name} for ${task}`);
      return { number: log.length };
    },
    close: ({ number }) => void log.push(`close ${name} ${number}`),
  });
  const [hub, search] = [counted('hub'), counted('search')];
  const context = contextWith({});
  const { resources } = context;
  assert.is(resources.get(context, hub), resources.get(context, hub));
  assert.equal(log, ['make hub for sync:push']);
  resources.get(context, search);
  resources.forget(search);
  assert.is(resources.get(context, search).number, 3, 'made anew');
  resources.close();
  resources.close();
  assert.equal(log.slice(3), ['close hub 1', 'close search 3']);
  assert.is.not(new Resources().get(context, hub), resources.get(context, hub), 'another run has its own');
});

test('one that cannot be closed keeps none of the others open', () => {
  const log: string[] = [];
  const context = contextWith({});
  const [bad, good]: Resource<number>[] = [
    {
      make: () => 1,
      close: () => {
        throw new Error('a channel that is gone');
      },
    },
    { make: () => 2, close: () => void log.push('closed') },
  ];
  for (const resource of [bad, good]) context.resources.get(context, resource as Resource<number>);
  assert.throws(() => context.resources.close(), /a channel that is gone/);
  assert.equal(log, ['closed']);
});

test.run();
