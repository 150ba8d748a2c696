import { moveCommand, shadowsAmong, shadowWords } from '../../checkpoints/folder/shadows';
import { formatsAmong } from '../../checkpoints/folder/weights';
import { UserError } from '../../common/errors';
import { bytes, plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import type { Model } from '../model/models';
import { takesPickles } from '../model/selection';
import { staleFiles } from '../store/remove-stale-files';
import type { Manifest } from './manifest';

/**
 * Before the first byte: whether transformers will load what is wanted, and nothing else from the folder.
 * @throws UserError E_MODEL_FORMAT where it finds no weights, E_MODEL_SHADOWED where a person's file stands before them
 */
export function refuseUnloadable(context: Context, model: Model, manifest: Manifest): void {
  const { loaded, absent, index } = manifest.weights;
  // Who names the files that are wanted wants them for another program.
  if (loaded.length === 0 && model.include.length === 0) throw withoutWeights(model, manifest);
  if (absent.length > 0 && model.include.length === 0) throw withoutShards(model, manifest, absent, index);
  const { root, host } = context;
  const wanted = new Set(manifest.files.map(({ path }) => path));
  const stale = new Set(staleFiles(context, model.folder, manifest.commit, manifest.files));
  const there = host.files.list(model.folder).filter((name) => !wanted.has(name) && !stale.has(name));
  const [first, ...more] = shadowsAmong(there, manifest.weights);
  if (first === undefined) return;
  const folder = shown(root, model.folder);
  const adapters = shown(root, projectPaths(context).adapters_dir);
  throw new UserError({
    code: 'E_MODEL_SHADOWED',
    found: [first, ...more].map((name) => `\`${folder}/${name}\` ${shadowWords(name)}`).join('; '),
    needed: `a folder from which transformers loads \`${model.repo}\` and nothing else`,
    fix: `${[first, ...more].map((name) => moveCommand(name, folder, adapters)).join(' and ')}, then run the same command again`,
  });
}

const names = (files: readonly string[]): string => some(files.map((name) => `\`${name}\``));
const isExcluded = ({ excluded }: Manifest, name: string): boolean => excluded.some(({ file }) => file.path === name);

/** Shards that the settings leave out come back with them; those that the repository lacks, with another revision alone. */
function withoutShards({ repo }: Model, manifest: Manifest, absent: readonly string[], index: string | undefined): UserError {
  const excluded = absent.filter((name) => isExcluded(manifest, name));
  const lacking = absent.filter((name) => !isExcluded(manifest, name));
  const kinds = [
    ...(excluded.length > 0 ? [`${plural(excluded.length, 'file')} that the settings exclude: ${names(excluded)}`] : []),
    ...(lacking.length > 0 ? [`${plural(lacking.length, 'file')} that the repository does not have: ${names(lacking)}`] : []),
  ];
  return new UserError({
    code: 'E_MODEL_FORMAT',
    found: `\`${index}\` of \`${repo}\` names ${kinds.join(', and ')}`,
    needed: 'every shard that the index names: transformers loads those',
    fix:
      lacking.length > 0
        ? `name another revision (\`--model=${repo}@REVISION\`) or another repository, and tell the owner of this one`
        : 'correct `download.exclude`, or `models.NAME.exclude`, in configs/setup.yaml',
  });
}

/** Which formats are there, and what helps with them. */
function withoutWeights(model: Model, { excluded, files }: Manifest): UserError {
  const all = [...excluded.map(({ file }) => file), ...files];
  const formats = formatsAmong(all.map(({ path }) => path));
  const there = [...formats].map(([format, of]) => {
    const size = all.filter(({ path }) => of.includes(path)).reduce((sum, file) => sum + (file.size ?? 0), 0);
    return `${format} (${names(of)}, ${bytes(size)})`;
  });
  const pickles = formats.has('PyTorch pickles') && !takesPickles(model);
  const cures = [
    pickles
      ? `\`models.NAME.exclude: []\` in configs/setup.yaml takes the pickles, which can run any program when they are loaded; better is a repository with safetensors`
      : undefined,
    formats.has('an adapter') ? 'name its base model instead: `adapter_config.json` says which it is' : undefined,
    'name a repository that has `model.safetensors`',
  ].filter((cure) => cure !== undefined);
  return new UserError({
    code: 'E_MODEL_FORMAT',
    found: `\`${model.repo}\` has no weights that transformers would load: ${there.length > 0 ? `only ${there.join(', ')}` : 'none in any format'}`,
    needed: '`model.safetensors`, or `model.safetensors.index.json` and its shards',
    fix: cures.slice(0, 2).join('; or '),
  });
}
