import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from './project';

/** How a page is looked at. */
export interface Look {
  /** CSS pixels. */
  width: number;
  scheme: 'light' | 'dark';
}

export interface Browser {
  open(file: string): Promise<void>;
  look(look: Look): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** The whole page as PNG, two dots a CSS pixel where not told otherwise. */
  screenshot(options?: { scale?: number; height?: number }): Promise<Buffer>;
  /** Addresses that the page asked for, its own file aside, and what it complained about. */
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** The Chromium of this machine, installed from Debian where that may be done; `undefined` where there is none. */
export function chromium(): string | undefined {
  return installed() ?? (process.getuid?.() === 0 && install() ? installed() : undefined);
}

function installed(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

function install(): boolean {
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
    return true;
  } catch {
    return false;
  }
}

/**
 * A real browser without a window and without a network, driven over two pipes.
 * Messages are those of the Chrome DevTools Protocol, each ended by a NUL.
 */
export async function startBrowser(program: string): Promise<Browser> {
  const profile = temporaryFolder('just-lora-browser');
  const child = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-dev-shm-usage',
      '--disable-extensions',
      '--hide-scrollbars',
      '--force-color-profile=srgb',
      '--host-resolver-rules=MAP * ~NOTFOUND',
      `--user-data-dir=${profile}`,
      '--remote-debugging-pipe',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH ?? '', HOME: profile, LANG: 'C.UTF-8' } },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, (parameters: never) => void>();
  let [count, rest, session] = [0, '', ''];
  from.on('data', (chunk: Buffer) => {
    const messages = (rest + chunk.toString('utf8')).split('\0');
    rest = messages.pop() ?? '';
    for (const text of messages) {
      const { id, result, error, method, params } = JSON.parse(text);
      if (id === undefined) listeners.get(method)?.(params as never);
      else if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result as never);
      waiting.delete(id);
    }
  });
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the browser ended'));
  });
  const send = <T = unknown>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++count;
      waiting.set(id, { resolve, reject });
      to.write(`${JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) })}\0`);
    });
  const requests: string[] = [];
  const complaints: string[] = [];
  const { targetInfos } = await send<{ targetInfos: { type: string; targetId: string }[] }>('Target.getTargets');
  const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
  session = (await send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })).sessionId;
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await send(`${domain}.enable`);
  await send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  let own = '';
  listeners.set('Network.requestWillBeSent', ({ request }: { request: { url: string } }) => {
    if (request.url !== own) requests.push(request.url);
  });
  listeners.set('Log.entryAdded', ({ entry }: { entry: { text: string } }) => void complaints.push(entry.text));
  listeners.set(
    'Runtime.exceptionThrown',
    ({ exceptionDetails }: { exceptionDetails: { text: string } }) => void complaints.push(exceptionDetails.text),
  );
  return {
    requests,
    complaints,
    async open(file) {
      own = pathToFileURL(file).href;
      const loaded = new Promise<void>((resolve) => listeners.set('Page.loadEventFired', () => resolve()));
      const { errorText } = await send<{ errorText?: string }>('Page.navigate', { url: own });
      if (errorText) throw new Error(`${file}: ${errorText}`);
      await loaded;
    },
    async look({ width, scheme }) {
      await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      await send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
    },
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await send<{
        result: { value: T };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    async screenshot({ scale = 2, height } = {}) {
      const { cssContentSize } = await send<{ cssContentSize: { width: number; height: number } }>('Page.getLayoutMetrics');
      const clip = {
        x: 0,
        y: 0,
        width: cssContentSize.width,
        height: Math.min(height ?? cssContentSize.height, cssContentSize.height),
        scale,
      };
      const { data } = await send<{ data: string }>('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip });
      return Buffer.from(data, 'base64');
    },
    async close() {
      await Promise.race([send('Browser.close').catch(() => undefined), ended]);
      await ended;
    },
  };
}
