import * as path from 'node:path';
import { bytes, some } from '../../common/format';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';
import { shadowWords } from '../folder/shadows';
import { almostTokenizer, lacksTokenizer, tokenizerName } from '../folder/tokenizer-files';
import { formatsAmong, singleName } from '../folder/weights';
import { HeaderFault, headerWords } from '../safetensors/fault';
import { indexName } from '../safetensors/index';
import { isPointer, NotSafetensors, pointerWords, readHeader, readsAs } from '../safetensors/read';
import { compareConfig } from './config-tensors';
import type { Expectation, Expected } from './expected';
import type { CheckpointFault, ScanResult } from './fault';
import { isFixed } from './fix/fixed';
import { isPickleName } from './folder';
import { indexFaults } from './shards';
import { sidecarFault } from './sidecar-files';

export function scanFile(host: Host, folder: string, expectation: Expectation): ScanResult {
  const looked: ScanResult = { faults: new Map(), warnings: [], headers: new Map(), sizes: new Map() };
  for (const file of expectation.expected) {
    const fault = lookAt(host, path.join(folder, file.path), file, looked);
    if (fault) looked.faults.set(file.path, fault);
  }
  if (expectation.weights.index === indexName && looked.sizes.has(indexName)) indexFaults(host, folder, expectation, looked);
  // What a commit holds is as its authors made it.
  if (!expectation.tree && expectation.weights.loaded.length > 0) configFault(host, folder, expectation, looked);
  tokenizerFault(host, folder, expectation, looked);
  swappedSizes(expectation.expected, looked);
  extraFaults(host, folder, expectation, looked);
  return looked;
}

function lookAt(host: Host, absolute: string, expected: Expected, { headers, sizes, warnings }: ScanResult): CheckpointFault | undefined {
  try {
    const stat = host.files.stat(absolute);
    if (!stat)
      return host.files.lstat(absolute)
        ? { problem: 'broken-link', message: 'is a link that leads nowhere' }
        : { problem: 'missing', message: expected.size === undefined ? 'is missing' : `is missing (${bytes(expected.size)})` };
    if (!stat.isFile()) return { problem: 'not-a-file', message: 'is not a file' };
    sizes.set(expected.path, stat.size);
    if (isFixed(host, path.dirname(absolute), expected)) {
      warnings.push(`\`${expected.path}\` has old keys beside the new ones (\`--fix-config\`); the one of the commit is kept`);
      return undefined;
    }
    if (stat.size !== expected.size && isPointer(host, absolute)) return { problem: 'pointer', message: pointerWords };
    const isWeights = expected.path.endsWith('.safetensors');
    if (expected.size !== undefined && stat.size !== expected.size) {
      const other = isWeights ? readsAs(host, absolute) : undefined;
      if (other) throw other;
      if (stat.size < expected.size) return { problem: 'truncated', message: `is truncated: ${stat.size} of ${expected.size} bytes` };
      return { problem: 'oversized', message: `is too long: ${stat.size} bytes, ${expected.size} were recorded` };
    }
    if (!isWeights) return sidecarFault(host, absolute, stat.size, expected, warnings);
    headers.set(expected.path, readHeader(host, absolute, stat.size));
    return undefined;
  } catch (error) {
    return scanFault(error);
  }
}

/** What a file's own reader has said against it. Anything else is our mistake and goes on. */
export function scanFault(error: unknown): CheckpointFault {
  if (error instanceof NotSafetensors) return { problem: error.problem, message: error.message };
  if (error instanceof HeaderFault) return { problem: error.problem, message: headerWords(error) };
  const { code } = error as NodeJS.ErrnoException;
  if (!code) throw error;
  return { problem: 'unreadable', message: `cannot be read (${code})` };
}

/** Whether the configuration is there, and of the weights beside it. */
function configFault(host: Host, folder: string, { weights }: Expectation, { faults, headers, warnings, sizes }: ScanResult): void {
  const name = 'config.json';
  if (faults.get(name)?.problem === 'missing')
    faults.set(name, { problem: 'missing', message: 'is missing: transformers loads no folder without it' });
  const config = fieldsOf(tryParsePython(sizes.has(name) ? host.files.readText(path.join(folder, name)) : undefined));
  if (faults.has(name) || !config) return;
  const isWhole = weights.loaded.every((file) => headers.has(file) && !faults.has(file)) && !faults.has(indexName);
  const tensors = new Map(isWhole ? weights.loaded.flatMap((file) => [...(headers.get(file)?.tensors ?? [])]) : []);
  const found = compareConfig(config, tensors);
  if (found.faults.length > 0) faults.set(name, { problem: 'bad-config', message: found.faults.join('; ') });
  const [first] = weights.loaded;
  if (found.names.length > 0 && first !== undefined) faults.set(first, { problem: 'bad-names', message: found.names.join('; ') });
  warnings.push(...found.warnings.map((message) => `\`${name}\` ${message}`));
}

/** Without a tokenizer a model loads and cannot be trained. A commit may have none; then its base has it. */
function tokenizerFault(host: Host, folder: string, { tree, weights }: Expectation, { faults, warnings }: ScanResult): void {
  if (weights.loaded.length === 0 || !lacksTokenizer(host, folder)) return;
  const message = `is missing, and ${almostTokenizer(host, folder)}: \`AutoTokenizer\` and training refuse the folder`;
  if (!tree && faults.get(tokenizerName)?.problem === 'missing') faults.set(tokenizerName, { problem: 'no-tokenizer', message });
  else if (tree && !faults.has(tokenizerName)) warnings.push(`\`${tokenizerName}\` ${message}`);
}

/** Two files with each other's size are told as what they are. */
function swappedSizes(expected: readonly Expected[], { faults, sizes }: ScanResult): void {
  const wrong = expected.filter(({ path: name }) => ['truncated', 'oversized'].includes(faults.get(name)?.problem ?? ''));
  for (const one of wrong)
    for (const other of wrong)
      if (one !== other && sizes.get(one.path) === other.size && sizes.get(other.path) === one.size)
        faults.set(one.path, { problem: 'swapped', message: `has the size of \`${other.path}\`, and that one its: the two are swapped` });
}

/** A file that is not expected does no harm, unless transformers loads it, or it is a pickle in the place of safetensors. */
function extraFaults(
  host: Host,
  folder: string,
  { extra, expected, tree, weights, shadows }: Expectation,
  { faults, warnings }: ScanResult,
): void {
  const missing = (name: string) => ['missing', 'broken-link'].includes(faults.get(name)?.problem ?? '');
  const instead = expected.some(({ path: name }) => name.endsWith('.safetensors') && missing(name));
  for (const name of extra) {
    const known = tree?.all.some((file) => file.path === name);
    const unused = weights.unused.get(name);
    if (shadows.includes(name)) faults.set(name, { problem: 'shadows', message: shadowWords(name) });
    else if (isPointer(host, path.join(folder, name))) faults.set(name, { problem: 'pointer', message: pointerWords });
    else if (!isPickleName(name))
      faults.set(name, {
        problem: 'extra',
        message: unused ?? (known ? 'belongs to the repository, not to what was asked for' : 'belongs to no file of the model'),
      });
    else if (instead) faults.set(name, { problem: 'pickle', message: 'is a pickle where safetensors are expected; it was not loaded' });
    else faults.set(name, { problem: 'extra-pickle', message: 'is a pickle beside the safetensors; it was not loaded' });
  }
  if (expected.some(({ path: name }) => name === indexName) && weights.index === undefined && missing(indexName))
    faults.set(indexName, { problem: 'missing', message: 'is missing: without it transformers finds none of the shards' });
  if (weights.loaded.length === 0 && missing(singleName)) {
    const formats = [...formatsAmong(extra)].map(
      ([format, files]) =>
        `${format} (${some(
          files.map((file) => `\`${file}\``),
          2,
        )})`,
    );
    if (formats.length > 0)
      faults.set(singleName, {
        problem: 'no-weights',
        message: `is missing: transformers loads none of what is here, ${formats.join(', ')}`,
      });
  }
  if (weights.arePickles) warnings.push('its weights are pickles, as the settings allow: loading them can run any program');
}
