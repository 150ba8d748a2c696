import { chatKinds } from './chat/kinds';
import { formKinds, type Kind } from './form/kinds';
import { folderKinds } from './rows/kinds';

const all: Readonly<Record<string, Kind>> = { ...folderKinds, ...formKinds, ...chatKinds };

/** What is known of a kind of fault. */
export function kindOf(name: string): Kind {
  const kind = all[name];
  if (!kind) throw new Error(`no kind ${name}`);
  return kind;
}

/** The kinds in the order in which a person is told of them. */
export const kindOrder: readonly string[] = Object.keys(all);
