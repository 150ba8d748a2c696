/** Why ssh itself gave up, as one word. */
export type SshFault =
  | 'host-key'
  | 'host-key-new'
  | 'login'
  | 'many-keys'
  | 'key-mode'
  | 'unknown-host'
  | 'refused'
  | 'unreachable'
  | 'ssh-config'
  | 'jump'
  | 'behind-jump'
  | 'algorithms'
  | 'account'
  | 'busy'
  | 'not-ssh'
  | 'no-commands';

/**
 * Whole lines of OpenSSH 8 to 10, as it begins them: a login banner that holds such words inside of a line decides nothing. The
 * first that is found counts: what a jump host says comes before what its end means for the connection through it.
 */
const lines: readonly (readonly [SshFault, RegExp])[] = [
  ['host-key-new', /^No \S+ host key is known for .+ strict checking/m],
  ['host-key', /REMOTE HOST IDENTIFICATION HAS CHANGED|^Host key for .+ has changed/m],
  // Where nobody can be asked, as by the ssh that a jump host is reached with.
  ['host-key-new', /^Host key verification failed\./m],
  ['many-keys', /^(?:Received disconnect from .+: )?(?:\d+: )?Too many authentication failures/m],
  ['key-mode', /^@ +WARNING: UNPROTECTED PRIVATE KEY FILE! +@|^Load key "[^"]+": bad permissions/m],
  [
    'login',
    /^\S+@\S+: Permission denied \([\w,-]*\)|^Permission denied \([\w,-]*\)|no mutual signature|^Permission denied, please try again/m,
  ],
  ['ssh-config', /Bad configuration option|^Bad owner or permissions on|terminating, \d+ bad configuration|^command-line: line/im],
  ['jump', /^(?:channel \d+: )?open failed: administratively prohibited|^stdio forwarding failed: administratively/m],
  ['behind-jump', /^channel \d+: open failed: connect failed: /m],
  ['unknown-host', /^ssh: Could not resolve hostname /m],
  ['algorithms', /^Unable to negotiate with .+: no matching /m],
  ['refused', /^ssh: connect to (?:host|address) .+: Connection refused/m],
  ['unreachable', /^ssh: connect to (?:host|address) .+: |^Connection (?:to .+ port \d+ )?timed out/m],
  [
    'account',
    /^.{0,80}(?:account has expired|account is (?:locked|expired)|no active jobs|System is (?:booting up|going down))|^Access denied/im,
  ],
  ['not-ssh', /banner line contains invalid characters|banner exchange: .*invalid format|^Protocol mismatch|Bad packet length/im],
  ['no-commands', /^(?:exec|shell|subsystem) request failed on channel|^PTY allocation request failed/m],
  ['busy', /^kex_exchange_identification: |^ssh_exchange_identification: |Exceeded MaxStartups|^Not allowed at this time/m],
];

/** Why ssh gave up, by what it says itself; `undefined` where it does not say. */
export const sshFault = (text: string): SshFault | undefined => lines.find(([, pattern]) => pattern.test(text))?.[0];
