/** A tokenizer of one token for each byte, without merges, as its two files hold it. */
export function byteTokenizer(): { tokenizer: object; config: object } {
  const letters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const vocab = Object.fromEntries(['<s>', '</s>', 'Ġ', 'Ċ', ...letters].map((token, id) => [token, id]));
  const part = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const added = ['<s>', '</s>'].map((content, id) => ({ id, content, normalized: false, lstrip: false, rstrip: false, special: true }));
  const tokenizer = {
    model: { type: 'BPE', vocab, merges: [] },
    normalizer: null,
    pre_tokenizer: part,
    post_processor: part,
    decoder: part,
    added_tokens: added,
  };
  const chat_template = '{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{{ eos_token }}';
  return { tokenizer, config: { chat_template, bos_token: '<s>', eos_token: '</s>' } };
}
