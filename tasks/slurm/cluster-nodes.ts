import { oneLine } from '../untrusted/text';

/** A node of a partition, as sinfo(1) says it. */
export interface ClusterNode {
  name: string;
  /** Why nothing can run there: `down`, `drained`, with what the administrator wrote; `undefined` where something can. */
  out: string | undefined;
  isIdle: boolean;
}

/** The format of {@link parseNodes}: name, state, partition (with `*` where it is the default), reason. */
export const nodesFormat = '%N|%T|%P|%E';

/**
 * The nodes of a partition, each once.
 * @param text lines of {@link nodesFormat}, a node each
 * @param partition `null` is the default one
 */
export function parseNodes(text: string, partition: string | null): ClusterNode[] {
  const wanted = partition?.split(',');
  const nodes = new Map<string, ClusterNode>();
  for (const line of text.split('\n')) {
    const [, name = '', state = '', within = '', reason = ''] = /^([\w.-]+)\|([a-z_+~#!%$@^*-]+)\|([^|]*)\|(.*)$/i.exec(line.trim()) ?? [];
    if (!name || !(wanted ? wanted.includes(within.replace(/\*$/, '')) : within.endsWith('*'))) continue;
    const isOut = /down|drain|fail|unk|maint|\*$/i.test(state);
    const said = oneLine(reason, 120);
    const why = `${state.replace(/\*$/, ', not responding')}${said && said !== 'none' ? ` (${said})` : ''}`;
    nodes.set(name, { name, out: isOut ? why : undefined, isIdle: /^idle/i.test(state) });
  }
  return [...nodes.values()];
}

/**
 * Those of `--nodes`: all, as many as that (idle ones first, none that is out), or by name.
 * @param names of a list, expanded: `n[1-3]` is three
 * @returns the names that are no node of the partition too
 */
export function chosenNodes(
  all: readonly ClusterNode[],
  wanted: string,
  names: readonly string[],
): { nodes: ClusterNode[]; unknown: string[] } {
  if (wanted === 'all') return { nodes: [...all], unknown: [] };
  if (/^\d+$/.test(wanted)) {
    const up = all.filter(({ out }) => out === undefined);
    return { nodes: [...up.filter(({ isIdle }) => isIdle), ...up.filter(({ isIdle }) => !isIdle)].slice(0, Number(wanted)), unknown: [] };
  }
  return {
    nodes: all.filter(({ name }) => names.includes(name)),
    unknown: names.filter((name) => !all.some((node) => node.name === name)),
  };
}
