import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectCopy, repository, runJust, temporaryFolder } from '../tests/support/project';

/**
 * Runs what the documents show the output of, and writes it between its marks: `npm run samples`.
 * What is this machine's own (free room, paths of its home) is written as that of a machine that anybody could have.
 */
interface Sample {
  page: string;
  args: readonly string[];
  /** Files of the project, as they are while it runs. */
  files?: Readonly<Record<string, string>>;
  /** In a repository of one's own, which has nothing of just-lora yet, not in a clone. */
  own?: boolean;
}

const samples: Readonly<Record<string, Sample>> = {
  own: {
    page: 'docs/OWN_REPOSITORY.md',
    args: ['mkdirs', '--plan'],
    files: { '.gitignore': 'node_modules\n', 'requirements-local.txt': 'pandas==2.1.3\n' },
    own: true,
  },
  config: {
    page: 'README.md',
    args: ['config', '--env=remote', '--only=paths'],
    files: { 'configs/paths_config.remote.yaml': 'models_dir: /mnt/big/models\n' },
  },
  cards: { page: 'docs/GPU.md', args: ['gpu', '--estimate', '--cards'] },
  faults: {
    page: 'docs/CONFIGURATION.md',
    args: ['storage'],
    files: { 'configs/setup.yaml': 'python:\n  version: 3.10\nstorage:\n  eror_gb: 20\n' },
  },
};

function ownProject(): string {
  const project = temporaryFolder('own');
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(project, 'node_modules'));
  fs.writeFileSync(path.join(project, 'just.config.ts'), `import { registerTasks } from '${repository}/tasks';\nregisterTasks();\n`);
  return project;
}

const marks = (name: string): [begin: string, end: string] => [
  `<!-- sample ${name}: npm run samples -->`,
  `<!-- end of sample ${name} -->`,
];

/** What each sample shows today. */
export async function makeSamples(): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for (const [name, { args, files = {}, own = false }] of Object.entries(samples)) {
    const project = own ? ownProject() : projectCopy();
    for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(project, file), text);
    const { stdout, stderr } = await runJust(project, args);
    made.set(name, `$ npx just ${args.join(' ')}\n${ofAnybody(stdout === '' ? stderr : stdout, project).trimEnd()}`);
  }
  return made;
}

/** A page with what its samples show today between their marks. @throws Error for a sample that has no place in its page */
export function pageWithSamples(page: string, text: string, made: ReadonlyMap<string, string>): string {
  return Object.entries(samples)
    .filter(([, sample]) => sample.page === page)
    .reduce((before, [name]) => {
      const [begin, end] = marks(name);
      const [from, to] = [before.indexOf(begin), before.indexOf(end)];
      if (from < 0 || to < from) throw new Error(`${page} has no marks of the sample ${name}`);
      return `${before.slice(0, from + begin.length)}\n\n\`\`\`text\n${made.get(name)}\n\`\`\`\n\n${before.slice(to)}`;
    }, text);
}

export const pagesWithSamples: readonly string[] = [...new Set(Object.values(samples).map(({ page }) => page))];

const ofAnybody = (text: string, project: string): string =>
  text
    .replaceAll(project, '/home/me/project')
    .replace(/\d+(\.\d+)? [GT]B free/g, '76.7 GB free')
    .replace(/Python 3\.10\.\d+/g, 'Python 3.10.13');

async function main(): Promise<void> {
  const made = await makeSamples();
  for (const page of pagesWithSamples) {
    const file = path.join(repository, page);
    fs.writeFileSync(file, pageWithSamples(page, fs.readFileSync(file, 'utf8'), made));
  }
}

if (require.main === module) void main();
