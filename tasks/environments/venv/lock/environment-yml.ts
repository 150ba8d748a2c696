import { load } from 'js-yaml';

/** A conda environment file as conda reads it. */
export interface EnvironmentYml {
  name: string;
  channels: readonly string[];
  /** Specs of the conda half as they are written: `python=3.10`. */
  conda: readonly string[];
  /** Requirements of the pip half. */
  pip: readonly string[];
}

/** @throws Error saying what is no environment file about it */
export function parseEnvironmentYml(text: string): EnvironmentYml {
  const tree = load(text) as { name?: unknown; channels?: unknown; dependencies?: unknown } | null;
  if (tree === null || typeof tree !== 'object') throw new Error('it is not a mapping');
  if (typeof tree.name !== 'string' || !/^[^\s/:#]+$/.test(tree.name)) throw new Error('it has no `name`');
  const list = (value: unknown, what: string): unknown[] => {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw new Error(`\`${what}\` is not a list`);
    return value;
  };
  const dependencies = list(tree.dependencies, 'dependencies');
  const pip = dependencies.flatMap((entry) => (isPip(entry) ? list(entry.pip, 'pip') : []));
  const conda = dependencies.filter((entry) => !isPip(entry));
  const odd = [...conda, ...pip].find((entry) => typeof entry !== 'string');
  if (odd !== undefined) throw new Error(`\`${JSON.stringify(odd)}\` is not a dependency`);
  return { name: tree.name, channels: list(tree.channels, 'channels').map(String), conda: conda as string[], pip: pip as string[] };
}

const isPip = (entry: unknown): entry is { pip: unknown } => typeof entry === 'object' && entry !== null && 'pip' in entry;

/** conda's names of packages that the package index has under another. */
const indexNames: Readonly<Record<string, string>> = { pytorch: 'torch', torchtriton: 'triton', 'pytorch-triton': 'triton' };
/** What conda calls a package, under the name that its Python metadata has. */
export const distributionName = (condaName: string): string => indexNames[condaName] ?? condaName;

/** Conda packages that are Python packages of the package index too; the rest of the conda half is conda's alone. */
const inBoth = ['pytorch', 'torchvision', 'torchaudio', 'numpy', 'scipy', 'pandas', 'setuptools', 'pyarrow', 'transformers', 'tokenizers'];

/** The whole environment as requirements of the package index: what an environment without conda is made of. */
export function requirementsOf({ conda, pip }: EnvironmentYml): string[] {
  const fromConda = conda.flatMap((spec) => {
    const match = /^(?:[^:\s]+::)?([A-Za-z0-9_.-]+?)\s*([=<>!~].*)?$/.exec(spec.trim());
    const [, name = '', limit = ''] = match ?? [];
    if (!inBoth.includes(name.toLowerCase())) return [];
    return [`${distributionName(name.toLowerCase())}${limit.replace(/\s+/g, '').replace(/^=(?!=)(.*)$/, '==$1.*')}`];
  });
  return [...fromConda, ...pip];
}

/** The file that conda is given: the conda half, with channels of our own choice. */
export function condaFile({ name, conda }: EnvironmentYml, channels: readonly string[]): string {
  const entries = (values: readonly string[]) => values.map((value) => `  - ${JSON.stringify(value)}\n`).join('');
  return `name: ${name}\nchannels:\n${entries(channels)}dependencies:\n${entries(conda)}`;
}
