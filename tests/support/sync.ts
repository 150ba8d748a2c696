import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectCopy, runJust, startJust, temporaryFolder } from './project';
import { type Sshd, startSshd } from './sshd';

/** A project and a machine that it is synced with, each with a home of its own. */
export interface Pair {
  sshd: Sshd;
  project: string;
  /** The project's folder on the machine. */
  there: string;
  env: Record<string, string>;
  /** Settings of the remote, over what is there. */
  configure(remote?: Record<string, unknown>, more?: Record<string, unknown>): void;
  run(...args: string[]): ReturnType<typeof runJust>;
  start(...args: string[]): ReturnType<typeof startJust>;
  /** Runs with `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read the document as it is
  json(...args: string[]): Promise<any>;
  data(name: string, contents: string | Buffer | number): void;
}

export async function pair(options: Parameters<typeof startSshd>[0] = {}): Promise<Pair> {
  const sshd = await startSshd(options);
  const project = projectCopy();
  const there = path.join(sshd.folder, 'machine', 'project');
  fs.mkdirSync(path.dirname(there));
  // Short: a socket lies in it.
  const home = temporaryFolder('jl');
  const env = { HOME: home, XDG_RUNTIME_DIR: '' };
  const configure: Pair['configure'] = (remote = {}, more = {}) =>
    fs.writeFileSync(
      path.join(project, 'configs', 'setup.local.yaml'),
      JSON.stringify({ remotes: { gpu: { type: 'ssh', host: 'box', ssh_config: sshd.config, path: there, ...remote } }, ...more }),
    );
  configure();
  return {
    sshd,
    project,
    there,
    env,
    configure,
    run: (...args) => runJust(project, args, env),
    start: (...args) => startJust(project, args, env),
    async json(...args) {
      const { stdout, stderr, exitCode } = await runJust(project, [...args, '--json'], env);
      try {
        return { ...JSON.parse(stdout), exitCode, stderr };
      } catch {
        throw new Error(`no JSON, exit code ${exitCode}: ${stdout}\n${stderr}`);
      }
    },
    data(name, contents) {
      const file = path.join(project, 'data', 'processed', name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, typeof contents === 'number' ? crypto.randomBytes(contents) : contents);
    },
  };
}

/** Every file of a folder with a hash of its contents, and links with where they lead; our own excludes are left out. */
export function contents(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  if (!fs.existsSync(folder)) return found;
  for (const entry of fs.readdirSync(Buffer.from(path.join(folder, below)), { withFileTypes: true, encoding: 'latin1' as 'utf8' })) {
    if (entry.name === '.gitkeep' || entry.name === '.DS_Store') continue;
    const name = `${below}${entry.name}`;
    const at = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
    if (entry.isDirectory()) Object.assign(found, contents(folder, `${name}/`));
    else
      found[name] = entry.isSymbolicLink()
        ? `-> ${fs.readlinkSync(at)}`
        : crypto.createHash('sha1').update(fs.readFileSync(at)).digest('hex');
  }
  return found;
}

/** Processes of this machine whose command line or environment holds a text. */
export function processesWith(text: string): { pid: number; command: string }[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(text) || environment.includes(text) ? [{ pid: Number(pid), command }] : [];
      } catch {
        return [];
      }
    });
}
