/** What just-lora writes into its state folder, by the names at its top: whatever else lies there is a person's. */
const written = new Set([
  ...['.gitignore', 'conda.json', 'damaged.txt', 'lock.json', 'lock.tmp', 'machine-runs-starting', 'report.html', 'requirements.txt'],
  ...['brought', 'conda', 'folders', 'hashes', 'incoming', 'kept', 'machine-runs', 'manifests', 'plans', 'proofs', 'remotes', 'runs'],
  ...['sync', 'tokenizers', 'training', 'uv'],
]);

/** How a name begins until what has it is whole, and how it goes on: `conda.json.tmp-123`, `._uv.part`, `lock.json.…`. */
const passing = /^\._|\.(?:tmp|part)\b/;

/** Whether a name at the top of the state folder is one that just-lora gives. */
export const isStateName = (name: string): boolean => written.has(name) || passing.test(name) || name.startsWith('lock.json');
