import { oneLine } from '../untrusted/text';

/** A node of a partition, as sinfo(1) says it. */
export interface ClusterNode {
  name: string;
  /** Why nothing can run there: `down`, `drained`, with what the administrator wrote; `undefined` where something can. */
  out: string | undefined;
  /** The node came up with fewer GPUs than it is configured with: what Slurm says of that. */
  lost: string | undefined;
  isIdle: boolean;
}

/**
 * States in which no job of ours begins, in the long form: sinfo(1), "NODE STATE CODES". Nodes without power are none of them, a job
 * brings them up.
 */
const outStates = /^(?:down|drain\w*|fail\w*|err\w*|future|inval|unk\w*|blocked)(?![a-z_])/i;
/** States of a node that a reservation keeps for some jobs. */
const reservedStates = /^(?:maint|reserved)(?![a-z_])|\$/i;

/** The format of {@link parseNodes}: name, state, partition (with `*` where it is the default), reason. */
export const nodesFormat = '%N|%T|%P|%E';

/**
 * The nodes of a partition, each once.
 * @param text lines of {@link nodesFormat}, a node each
 * @param partition `null` is the default one
 * @param hasReservation the jobs are of a reservation, and its nodes are theirs
 */
export function parseNodes(text: string, partition: string | null, hasReservation = false): ClusterNode[] {
  const wanted = partition?.split(',');
  const nodes = new Map<string, ClusterNode>();
  for (const line of text.split('\n')) {
    const [, name = '', state = '', within = '', reason = ''] = /^([\w.-]+)\|([a-z_+~#!%$@^*-]+)\|([^|]*)\|(.*)$/i.exec(line.trim()) ?? [];
    if (!name || !(wanted ? wanted.includes(within.replace(/\*$/, '')) : within.endsWith('*'))) continue;
    const isOut = outStates.test(state) || state.endsWith('*') || (reservedStates.test(state) && !hasReservation);
    const said = oneLine(reason, 120);
    const why = `${state.replace(/\*$/, ', not responding')}${said && said !== 'none' ? ` (${said})` : ''}`;
    const lost = /^inval/i.test(state) && /gres\/gpu/i.test(said) ? said : undefined;
    nodes.set(name, { name, out: isOut && !lost ? why : undefined, lost, isIdle: /^idle[^~%]?$/i.test(state) });
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
    const up = all.filter(({ out, lost }) => out === undefined && lost === undefined);
    return { nodes: [...up.filter(({ isIdle }) => isIdle), ...up.filter(({ isIdle }) => !isIdle)].slice(0, Number(wanted)), unknown: [] };
  }
  return {
    nodes: all.filter(({ name }) => names.includes(name)),
    unknown: names.filter((name) => !all.some((node) => node.name === name)),
  };
}
