import { isSecretName, withoutShapes } from '../../untrusted/secret-shapes';

/** What a program is, by the secrets of a person that it needs; `plain` needs none. */
export type ProgramKind = 'plain' | 'installer' | 'npm' | 'conda' | 'ssh' | 'rclone' | 'hf';

type Variables = Readonly<Record<string, string | undefined>>;

/** Beside what untrusted/secret-shapes.ts calls a secret: names that a program is not given, though not each of their values is hidden in texts. */
const alsoSecret = /SECRET|PASSW(?:OR)?D|(?:^|_)(?:AUTH|JWT|DSN)$/i;
/** Variables of a cloud's own programs, whatever the rest of the name: `AWS_PROFILE` names a key, too. A certificate is none. */
const ofClouds = /^(?:AWS_(?!CA_BUNDLE$)|AZURE_|GOOGLE_|CLOUDSDK_|OS_)/;
/** The agent signs for whoever reaches its socket. */
const agent = /^SSH_AUTH_SOCK$/;
const proxy = /^(?:https?|ftp|all)_proxy$/i;
/** A switch is no secret though it is named like one: `HF_HUB_DISABLE_IMPLICIT_TOKEN=1`. */
const isSwitch = /^(?:true|false|yes|no|on|off|none|auto|0|1)?$/i;
/** `PATH` and `HOME` pass whatever their folders are called. */
const isPath = /^(?:[/~.]|[A-Za-z]:[\\/])/;

/** What each kind gets of that. */
const allowed: Readonly<Record<ProgramKind, readonly RegExp[]>> = {
  plain: [],
  // Passwords of package indexes, in an address or beside it; what uv publishes with is not asked for here.
  installer: [/^PIP_/, /^UV_(?!PUBLISH_)/, proxy],
  // `~/.npmrc` may name the token of its registry by a variable.
  npm: [/^npm_config_/i, /^(?:NPM|NODE_AUTH)_TOKEN$/, proxy],
  conda: [/^(?:CONDA|MAMBA|ANACONDA|QUETZ)_/, proxy],
  // `SSHPASS` is for a ProxyCommand of the person's own configuration.
  ssh: [agent, /^SSHPASS$/, proxy],
  rclone: [agent, /^RCLONE_/, proxy],
  // Its token comes from the caller, which looks for it in files too.
  hf: [proxy],
};

/**
 * The environment of a program that we start: ours without a person's secrets, but for those that its kind needs.
 *
 * It is a list of what is kept back, not of what passes: a cluster, a site or a driver steers programs by hundreds of
 * variables that nobody can list (`SLURM_*`, `CUDA_*`, `LD_LIBRARY_PATH`, certificates, locale), and a program that
 * lacks one fails in ways that nobody understands. A secret has a name or a look that tells it.
 * @param more what the caller gives besides: a value sets, `undefined` takes away. Nothing is kept back of it
 */
export function childEnvironment(kind: ProgramKind, ours: Variables, more: Variables = {}): Record<string, string> {
  const kept = Object.entries(ours).filter(
    ([name, value]) => !(name in more) && (allowed[kind].some((each) => each.test(name)) || !isPrivate(name, value)),
  );
  return Object.fromEntries([...kept, ...Object.entries(more)].filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Whether a variable is kept from a program that has not asked for it: by its name, or by what its value looks like. */
function isPrivate(name: string, value = ''): boolean {
  if (ofClouds.test(name) || /^RCLONE_/.test(name) || agent.test(name)) return true;
  if (isSwitch.test(value)) return false;
  return isSecretName(name) || alsoSecret.test(name) || (!isPath.test(value) && withoutShapes(value) !== value);
}

/** Variables of clouds, for a program whose own settings say that it logs in with those of the environment. */
export const cloudVariables = (ours: Variables): Variables =>
  Object.fromEntries(Object.entries(ours).filter(([name]) => ofClouds.test(name)));
