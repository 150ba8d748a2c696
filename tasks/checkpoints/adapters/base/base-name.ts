import { oneLine } from '../../../untrusted/text';

/** What an adapter's word for its base model says. */
export interface BaseName {
  /** owner/name, where the word is one of the Hub or a folder of its cache. */
  repository: string | undefined;
  /** The last part of a path, or of the repository. */
  last: string;
  /** A folder of the machine that trained it: its name need not say anything. */
  isPath: boolean;
}

/**
 * Reads it: `owner/name`, a page of the Hub, a folder of the cache of Hugging Face's libraries (`models--owner--name/snapshots/HASH`)
 * or of ModelScope's (dots are `___` there), a path of any system.
 */
export function readBaseName(word: string): BaseName {
  const text = oneLine(word, 1000)
    .trim()
    .replace(/\\/g, '/')
    .replace(/\/+$/, '')
    .replace(/^https?:\/\/(?:huggingface\.co|hf\.co)\//, '')
    .replace(/___/g, '.');
  const [, owner, name] = /(?:^|\/)models--(?:([\w.-]+?)--)?([\w.-]+?)(?:\/|$)/.exec(text) ?? [];
  if (name !== undefined) return { repository: owner === undefined ? name : `${owner}/${name}`, last: name, isPath: true };
  const last = text.split('/').at(-1) ?? text;
  const isRepository = /^(?![.~-])[\w.-]+\/(?!\.)[\w.-]+$/.test(text) && !localFolders.test(text);
  return { repository: isRepository ? text : undefined, last, isPath: !isRepository };
}

/** `models/NAME` is a folder of a project, and no repository of a person of that name. */
const localFolders = /^(?:models?|outputs?|out|checkpoints?|ckpts?|results?|runs?|adapters?|merged|data|tmp|content|workspace|mnt|home)\//i;

/** What a repository's name adds where it holds the same weights in another form. */
const forms =
  /-(?:unsloth-bnb-4bit|bnb-[48]bit|unsloth|[48]bit|nf4|gptq(?:-int[48])?|awq(?:-int4)?|int[48]|fp8(?:-dynamic|-block)?|w[48]a(?:8|16)|quantized\.w\d+a\d+|autoround|4bits?)$/;

/** A model's name without what differs between copies of it: small letters, no quantised form, no `meta-`. */
export function familyOf(name: string): { family: string; isQuantized: boolean } {
  let family = name.toLowerCase();
  for (let shorter = family.replace(forms, ''); shorter !== family; shorter = family.replace(forms, '')) family = shorter;
  const isQuantized = family !== name.toLowerCase() && !/-unsloth$/.test(name.toLowerCase());
  return { family: family.replace(/^meta-/, ''), isQuantized };
}

/** Accounts that hold copies of models of others. */
const mirrors = ['unsloth', 'llm-research', 'ai-modelscope', 'modelscope', 'nousresearch', 'mlx-community'];

/**
 * Whether two words mean the same model: `same`, `other`, or `unknown` where one of them is a folder whose name says nothing, or
 * the name of one model is there from an owner that is no known mirror.
 */
export function sameModel(one: string, other: string): 'same' | 'other' | 'unknown' {
  const [left, right] = [readBaseName(one), readBaseName(other)];
  if (left.repository && right.repository && plain(left.repository) === plain(right.repository)) return 'same';
  const [mine, yours] = [familyOf(left.last), familyOf(right.last)];
  if (mine.family !== yours.family) return left.repository && right.repository ? 'other' : 'unknown';
  if (!left.repository || !right.repository || mine.isQuantized || yours.isQuantized) return 'same';
  return [left.repository, right.repository].some((name) => mirrors.includes(name.split('/')[0]?.toLowerCase() ?? '')) ? 'same' : 'unknown';
}

/** The Hub redirects the old name of Llama 3.1 to the new one: both are the same repository. */
const plain = (repo: string): string => repo.toLowerCase().replace('/meta-llama-', '/llama-');
