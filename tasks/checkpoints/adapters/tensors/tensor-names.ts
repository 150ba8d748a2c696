/** What a tensor of an adapter is, by its name alone. */
export type AdapterTensor =
  | { kind: 'lora'; module: string; part: 'A' | 'B' | 'bias' | 'magnitude'; isEmbedding: boolean }
  | { kind: 'tokens'; module: string }
  /** A tensor of the base, whole: of `modules_to_save`, an embedding, a bias. */
  | { kind: 'whole'; tensor: string }
  /** Part of a method that is not known here, or of nothing: PEFT passes over it. */
  | { kind: 'other' }
  /** No name that PEFT matches: `renamed` is what it would have to be. */
  | { kind: 'unmatched'; why: string; renamed: string };

const prefix = 'base_model.model.';
/** What DistributedDataParallel, torch.compile, FSDP and activation checkpointing put into the names of a model's parts. */
const wrappers = ['module', '_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module'];
const lora = /^(.+)\.lora_(?:(A|B)\.(weight|bias)|embedding_(A|B)|magnitude_vector(?:\.weight)?)$/;

/**
 * Reads a name. PEFT matches a name as a whole (`load_state_dict(strict=False)`): one with another part in it is left out
 * without an error, and the matrix keeps what it began with.
 * @param isModule whether the base model has a module of this name, where that is known
 */
export function readTensorName(name: string, isModule: (module: string) => boolean = () => false): AdapterTensor {
  const plain = withoutAdapterName(withoutWrappers(name, isModule));
  if (plain !== name) return { kind: 'unmatched', why: whyOf(name, plain), renamed: plain };
  if (!name.startsWith(prefix) && !name.includes('.lora_')) return { kind: 'other' };
  if (!name.startsWith(prefix)) return { kind: 'unmatched', why: `does not begin with \`${prefix}\``, renamed: prefix + name };
  const inner = name.slice(prefix.length);
  const [, module, matrix, value, embedding] = lora.exec(inner) ?? [];
  if (module !== undefined) {
    const part = value === 'bias' ? 'bias' : (((matrix ?? embedding) as 'A' | 'B' | undefined) ?? 'magnitude');
    return { kind: 'lora', module, part, isEmbedding: embedding !== undefined };
  }
  const [, tokens] = /^(.+)\.token_adapter\.trainable_tokens_delta$/.exec(inner) ?? [];
  if (tokens !== undefined) return { kind: 'tokens', module: tokens };
  if (/\.lora_\w+/.test(inner)) return { kind: 'other' };
  return { kind: 'whole', tensor: inner.replace('.base_layer.', '.') };
}

function withoutWrappers(name: string, isModule: (module: string) => boolean): string {
  const [start, rest] = name.includes(prefix) ? [name.slice(0, name.indexOf(prefix)), name.slice(name.indexOf(prefix))] : ['', name];
  const isWrapped = start === '' || start.split('.').every((part) => part === '' || wrappers.includes(part));
  let plain = isWrapped ? rest : name;
  while (plain.startsWith(prefix + prefix)) plain = plain.slice(prefix.length);
  const inner = plain.slice(plain.startsWith(prefix) ? prefix.length : 0);
  const module = /^(.+?)\.(?:lora_|token_adapter)/.exec(inner)?.[1];
  if (module !== undefined && isModule(module)) return plain;
  const parts = inner.split('.').filter((part, index) => !wrappers.includes(part) || (part === 'module' && index > 0));
  return (plain.startsWith(prefix) ? prefix : '') + parts.join('.');
}

/** PEFT takes the adapter's own name out of a name when it saves, and puts one in when it loads. */
const withoutAdapterName = (name: string): string =>
  name
    .replace(/\.(lora_[AB])\.[^.]+\.(weight|bias)$/, '.$1.$2')
    .replace(/\.(lora_embedding_[AB])\.[^.]+$/, '.$1')
    .replace(/\.(lora_magnitude_vector)\.(?!weight$)[^.]+(\.weight)?$/, '.$1')
    .replace(/\.modules_to_save\.[^.]+\./, '.')
    .replace(/\.(trainable_tokens_delta)\.[^.]+$/, '.$1');

function whyOf(name: string, plain: string): string {
  const [more, kept] = [name.split('.'), plain.split('.')];
  const extra = more.filter((part) => !kept.includes(part));
  const [first] = extra.length > 0 ? extra : ['base_model'];
  return `has \`${first}\` in it`;
}
