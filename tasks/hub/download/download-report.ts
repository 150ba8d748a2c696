import { usageError } from '../../common/errors';
import { bytes, plural, roughly } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Table } from '../../engine/step';
import { hubOf } from '../api/hub';
import { cachedIn, type LocalSource, lacksWords } from '../manifest/local-source';
import { foreignWords, type Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';
import type { LocalFile } from '../store/local';
import { headroomOf } from './space';

/** Bytes a second that the remaining time is told for where `--rate` names none. */
const usualRate = 50_000_000;

/** What `--json` says of one model. */
export function downloadData(context: Context, model: Model, wanted: Manifest, files: readonly LocalFile[]) {
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const thereBytes = files.reduce((sum, { thereBytes }) => sum + thereBytes, 0);
  const remainingBytes = totalBytes - thereBytes;
  const rate = rateOf(context.option('rate'));
  return {
    model: model.name,
    repo: model.repo,
    revision: model.revision,
    commit: wanted.commit,
    folder: model.folder,
    ...(wanted.license ? { license: wanted.license } : {}),
    totalBytes,
    thereBytes,
    remainingBytes,
    headroomBytes: headroomOf(remainingBytes, context.settings.setup.download.headroom_percent),
    rate,
    remainingSeconds: Math.ceil(remainingBytes / rate),
    files: files.map(({ file, state, thereBytes, why }) => ({ path: file.path, size: file.size, state, thereBytes, why })),
    leftOut: wanted.excluded.map(({ file, why }) => ({ path: file.path, size: file.size, why })),
  };
}

export type DownloadData = ReturnType<typeof downloadData>;

interface DownloadFacts {
  wanted: Manifest;
  files: readonly LocalFile[];
  origin: LocalSource | undefined;
  libraries: string;
}

/** What is to do, and what was found out before the first byte. */
export function foundOf(context: Context, model: Model, { wanted, files, origin, libraries }: DownloadFacts, data: DownloadData): string {
  const unchecked = files.filter(({ state }) => state === 'unchecked');
  const parts = [
    `${bytes(data.remainingBytes)} of ${bytes(data.totalBytes)} to fetch at commit ${wanted.commit.slice(0, 12)}${foreignWords(wanted)}`,
  ];
  if (unchecked.length > 0) parts.push(`${plural(unchecked.length, 'file')} to check`);
  if (wanted.from === 'hub') {
    const { token } = hubOf(context).requests;
    parts.push(token ? `access granted with the token of ${token.from}` : 'open to everyone');
    parts.push(
      libraries === 'unknown'
        ? "whether the environment's transformers can load it is unknown"
        : `the environment's transformers and tokenizers are ${libraries}`,
    );
  }
  const [, remote] = splitBySource(
    files.filter(({ state }) => state !== 'ok' && state !== 'unchecked'),
    origin,
  );
  const remoteBytes = remote.reduce((sum, { file, thereBytes }) => sum + file.size - thereBytes, 0);
  if (origin && remote.length > 0)
    parts.push(
      `${bytes(remoteBytes)} of it from the Hub, since ${lacksWords(
        origin,
        remote.map(({ file }) => file),
      )}`,
    );
  else if (origin) parts.push(`from ${origin.name}`);
  else if (cachedIn(context, model, wanted.commit))
    parts.push('it is in the cache of Hugging Face too: `--from-cache=link` or `copy` takes it from there');
  return parts.join('; ');
}

/** Every file, what is there of it, what is left out and why, and how long the rest takes. */
export function downloadTable(context: Context, wanted: Manifest, files: readonly LocalFile[], data: DownloadData): Table {
  const rows = files.map(({ file, why }) => [file.path, bytes(file.size), why]);
  const left = wanted.excluded.map(({ file, why }) => [file.path, bytes(file.size ?? 0), `left out: ${why}`]);
  const rate = `${bytes(data.rate)}/s`;
  const time = [
    `to fetch: ${bytes(data.remainingBytes)}`,
    '',
    `about ${roughly((data.remainingBytes / data.rate) * 1000)} at ${rate}${context.option('rate') ? '' : ' (change with `--rate`)'}`,
  ];
  return [['file', 'size', 'here'], ...rows, ...left, time];
}

/** Files that come from a folder of this machine, and those that it has not. */
function splitBySource(files: readonly LocalFile[], origin: LocalSource | undefined): [LocalFile[], LocalFile[]] {
  const has = ({ file }: LocalFile) => origin?.place(file) !== undefined;
  return [files.filter(has), files.filter((file) => !has(file))];
}

/** The one action, as `--plan` prints it. */
export function titleOf(model: Model, files: readonly LocalFile[], origin: LocalSource | undefined): string {
  const unchecked = files.filter(({ state }) => state === 'unchecked');
  const missing = files.filter(({ state }) => state !== 'ok' && state !== 'unchecked');
  const size = (of: readonly LocalFile[], part: (file: LocalFile) => number) => bytes(of.reduce((sum, file) => sum + part(file), 0));
  const check = `check ${plural(unchecked.length, 'file')} (${size(unchecked, ({ file }) => file.size)})`;
  const [local, remote] = splitBySource(missing, origin);
  const part = (of: readonly LocalFile[], from: string) =>
    `${plural(of.length, 'file')} (${size(of, ({ file, thereBytes }) => file.size - thereBytes)}) from ${from}`;
  const parts = [
    ...(local.length > 0 && origin ? [part(local, origin.name)] : []),
    ...(remote.length > 0 ? [part(remote, `\`${model.repo}\``)] : []),
  ];
  const fetch = `fetch ${parts.join(' and ')}`;
  if (missing.length === 0) return unchecked.length > 0 ? `${check} and fetch again what is wrong` : 'check every file';
  return unchecked.length > 0 ? `${check} and ${fetch}` : fetch;
}

/**
 * A rate as a person writes it: `50MB/s`, `400Mbit/s`, `50` (MB/s). Bytes a second.
 * @throws UserError E_USAGE
 */
export function rateOf(text: string | undefined): number {
  if (text === undefined) return usualRate;
  const [, number, prefix = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kMG]?)(B|bit|bps)?(?:\/s)?$/i.exec(text) ?? [];
  const scale = unit === '' && prefix === '' ? 1e6 : { '': 1, k: 1e3, m: 1e6, g: 1e9 }[prefix.toLowerCase()];
  const bytesPerSecond = (Number(number) * (scale ?? 1)) / (/^b(it|ps)$/i.test(unit) ? 8 : 1);
  if (!Number.isFinite(bytesPerSecond) || bytesPerSecond <= 0)
    throw usageError(`\`--rate=${text}\` is not a rate`, '`--rate=50MB/s` or `--rate=400Mbit/s`, for example');
  return bytesPerSecond;
}
