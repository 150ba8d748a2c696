import * as path from 'node:path';
import { ropeConflict, ropeOf } from '../../knowledge/model-kinds';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';
import { membersOf, withMembers } from './json-edit';

/** The files that transformers 5 writes in another way than 4 reads. */
export const fixableFiles = ['config.json', 'tokenizer_config.json'] as const;
/** What the name of the kept original ends in. */
export const originalEnding = '.before-fix';
/** Whether a file is a kept original, or one of before that was moved aside: `config.json.before-fix-2`. */
export const isKeptOriginal = (name: string): boolean => fixableFiles.some((file) => name.startsWith(file + originalEnding));

/**
 * A file of transformers 5 with the keys of 4 beside the new ones: 4.45, 4.57 and 5.24 then read the same (tried with each).
 * @param text the file as it is
 * @returns `undefined` where there is nothing to add
 */
export function withOldKeys(host: Host, folder: string, name: string, text: string): string | undefined {
  const value = fieldsOf(tryParsePython(text));
  if (!value) return undefined;
  const changes = name === 'config.json' ? changesOfConfig(text, value) : changesOfTokenizer(text, value, templatesIn(host, folder));
  const finite = name === 'config.json' ? text.replace(/\{\s*"__float__"\s*:\s*"(-?Infinity|NaN)"\s*\}/g, '$1') : text;
  if (changes.size === 0) return finite === text ? undefined : finite;
  return withMembers(finite, changes);
}

type Fields = Readonly<Record<string, unknown>>;

function changesOfConfig(text: string, config: Fields): Map<string, string> {
  const changes = new Map<string, string>();
  const add = (key: string, raw: string | undefined) => {
    if (raw !== undefined && !(key in config)) changes.set(key, raw);
  };
  const members = membersOf(text);
  const rawOf = (key: string) => members.find((member) => member.key === key)?.raw;
  if (config.dtype !== null) add('torch_dtype', rawOf('dtype'));
  const rope = rawOf('rope_parameters');
  if (rope === undefined || !fieldsOf(config.rope_parameters)) return changes;
  // Old keys that are there are what every version reads, or the two disagree: to add to them would change what is read.
  if (ropeConflict(config)) return changes;
  const layers = new Map(membersOf(rope).map(({ key, raw }) => [key, raw]));
  // Gemma 3: one for the full layers, one for those that look back a little.
  const isLayered = layers.has('full_attention');
  const full = new Map(membersOf(layers.get('full_attention') ?? rope).map(({ key, raw }) => [key, raw]));
  add('rope_theta', full.get('rope_theta'));
  add('partial_rotary_factor', full.get('partial_rotary_factor'));
  if (isLayered)
    add('rope_local_base_freq', membersOf(layers.get('sliding_attention') ?? '{}').find(({ key }) => key === 'rope_theta')?.raw);
  add('rope_scaling', scalingOf(ropeOf(config).type, full));
  return changes;
}

/** `rope_scaling` of the old versions: null for the default, type and factor alone for the two that 4.36 knows. */
function scalingOf(type: string, rope: ReadonlyMap<string, string>): string {
  if (type === 'default') return 'null';
  if (type === 'linear' || type === 'dynamic') return `{"type": ${JSON.stringify(type)}, "factor": ${rope.get('factor') ?? '1.0'}}`;
  const kept = [...rope].filter(([key]) => key !== 'rope_theta' && key !== 'partial_rotary_factor');
  return `{${kept.map(([key, raw]) => `${JSON.stringify(key)}: ${raw}`).join(', ')}}`;
}

function changesOfTokenizer(text: string, tokenizer: Fields, template: string | undefined): Map<string, string | undefined> {
  const changes = new Map<string, string | undefined>();
  // What 5 has written says which backend it is; 4 reads that tokenizer.json by this class.
  if (tokenizer.tokenizer_class === 'TokenizersBackend' || (tokenizer.backend === 'tokenizers' && !('added_tokens_decoder' in tokenizer)))
    if (tokenizer.tokenizer_class !== 'PreTrainedTokenizerFast') changes.set('tokenizer_class', '"PreTrainedTokenizerFast"');
  if (Array.isArray(tokenizer.extra_special_tokens)) {
    const raw = membersOf(text).find(({ key }) => key === 'extra_special_tokens')?.raw;
    changes.set('extra_special_tokens', undefined);
    if (!('additional_special_tokens' in tokenizer)) changes.set('additional_special_tokens', raw);
  }
  if (template !== undefined && !tokenizer.chat_template) changes.set('chat_template', template);
  return changes;
}

/** The chat templates beside a tokenizer as its tokenizer_config.json held them before 4.47: a text, or a list with names. */
function templatesIn({ files }: Host, folder: string): string | undefined {
  const main = files.readText(path.join(folder, 'chat_template.jinja'));
  if (main === undefined) return undefined;
  const below = 'additional_chat_templates';
  const more = files
    .list(path.join(folder, below))
    .filter((name) => name.endsWith('.jinja'))
    .sort();
  if (more.length === 0) return JSON.stringify(main);
  const named = more.map((name) => ({
    name: name.slice(0, -'.jinja'.length),
    template: files.readText(path.join(folder, below, name)) ?? '',
  }));
  return JSON.stringify([{ name: 'default', template: main }, ...named]);
}

/** Whether a file is its kept original with the old keys beside the new ones, and nothing else. @returns the original's bytes */
export function originalOf(host: Host, folder: string, name: string): Buffer | undefined {
  if (!(fixableFiles as readonly string[]).includes(name)) return undefined;
  const original = host.files.readText(path.join(folder, name + originalEnding));
  if (original === undefined) return undefined;
  return withOldKeys(host, folder, name, original) === host.files.readText(path.join(folder, name)) ? Buffer.from(original) : undefined;
}
