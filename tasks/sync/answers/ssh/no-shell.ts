/** Why a login that went well runs no command of a POSIX shell. */
export type NoShell = 'terminal' | 'proxy' | 'user' | 'password' | 'account' | 'sftp' | 'windows' | 'silent' | 'other';

/** What the other side printed instead of running our command: texts of providers, of cloud-init, OpenSSH, PAM, cmd.exe and PowerShell. */
const texts: readonly (readonly [NoShell, RegExp])[] = [
  // cloud-init's disable_root_opts.
  ['user', /Please log ?in as (?:the )?(?:user )?["'`]?[\w.-]/i],
  ['password', /Password change required|required to change your password|password has expired|Authentication token is no longer valid/i],
  // tmux and screen, started by a startup file.
  ['terminal', /open terminal failed|must be connected to a terminal|not a terminal/i],
  // RunPod's proxied ssh; Gerrit, gateways of containers and others that refuse the request itself.
  [
    'proxy',
    /SSH client doesn'?t support PTY|(?:exec|shell) request failed on channel|commands? (?:is|are) not (?:allowed|supported|permitted)|requires? an? (?:tty|pty|(?:pseudo-?)?terminal)|(?:no|not a) (?:tty|pty)\b/i,
  ],
  [
    'account',
    /This account is (?:currently )?(?:not available|disabled|locked)|account has expired|shell access is (?:not enabled|disabled)|not provide shell access/i,
  ],
  ['sftp', /allows sftp connections only|restricted to sftp|sftp only/i],
  // cmd.exe in some languages, and by its line ends in all; PowerShell 5 and 7.
  [
    'windows',
    /is not recognized as an internal or external command|operable program or batch file|reconnu en tant que commande|reconoce como un comando|ist entweder falsch geschrieben|["']sh["'][^\n]*\r\n|CommandNotFoundException|is not recognized as (?:the|a) name of a cmdlet|Microsoft Windows/i,
  ],
];

/** @param said all that came, on both streams */
export function noShell(said: string): NoShell {
  return texts.find(([, pattern]) => pattern.test(said))?.[0] ?? (said.trim() === '' ? 'silent' : 'other');
}

/** The user that cloud-init names. */
export const meantUser = (said: string): string | undefined => /log ?in as (?:the )?(?:user )?["'`]?([\w.-]{1,32})/i.exec(said)?.[1];
