import { parseRunRecord, type RunRecord } from '../../tasks/engine/records/run-record';
import { remoteMachine, thisMachine } from '../../tasks/report/machine';
import type { PageContent } from '../../tasks/report/page/page';

/** A page of names and texts that want to be markup, to be longer than any screen, or to be read from the right. */

const texts = [
  '<script>document.title = "taken"</script>',
  '"><img src=x onerror="document.title=\'taken\'">',
  "' onmouseover='x' style='position:fixed",
  '</style></title><base href="http://example.org/"><h1>x</h1>',
  '`</code><a href="javascript:x">`',
  'a'.repeat(400),
  `/${'very-long-folder-name-without-a-blank'.repeat(8)}/file.safetensors`,
  'photo\u202egpj.exe \u0000 \u001b[2J',
  '<!--',
  ']]>&lt;&#60;',
];

const step = (text: string): object => ({
  name: text,
  title: text,
  state: 'blocked',
  found: text,
  needed: text,
  fix: text,
  code: text,
  warning: text,
  tail: text,
  changed: [text],
  table: [
    [text, text, text, text],
    [text, text, text, text],
  ],
  actions: [{ title: text, durationMs: 1 }],
});
const measured = (text: string): object => ({
  ...step(text),
  volumes: [
    {
      folder: text,
      availableBytes: 1e12,
      neededBytes: 1e15,
      comfortBytes: 2e15,
      parts: [{ name: text, budgetBytes: 1e15, thereBytes: 9e15 }],
    },
  ],
  data: {
    files: [{ file: text, rows: 1e12 }],
    faults: [{ file: text, kind: text, level: 'error', count: 1e15, line: 1e15, column: 1e15, detail: text }],
    lengths: [{ model: text, split: text, examples: 1e15, maxSeqLength: 5, histogram: [{ upTo: 1e15, examples: 1e15 }] }],
  },
  packages: [
    { name: text, version: text, locked: text, drift: 'version' },
    { name: text, version: text, locked: text, asked: true },
    { name: text, version: text },
  ],
});

const runs = texts.map(
  (text, index) =>
    parseRunRecord(
      JSON.stringify({
        task: text,
        outcome: 'failed',
        startedAt: `2026-01-0${(index % 9) + 1}T00:00:00Z`,
        durationMs: 9e9,
        steps: [step(text), measured(text)],
        versions: { [text]: text, node: `${index}` },
        error: { code: text, found: `${text}!`, fix: text },
      }),
    ) as RunRecord,
);

const here = thisMachine(
  { at: '2026-01-01T00:00:00.000Z', steps: runs.flatMap(({ steps, task }) => steps.map((one) => ({ ...one, mends: task }))) },
  runs,
  3,
);

export const hostile: PageContent = {
  project: texts[3] as string,
  hostname: texts[5] as string,
  environment: 'local',
  lookedAt: here.lookedAt,
  version: '0.1.0',
  machines: [here, ...texts.slice(3, 6).flatMap((text) => remoteMachine(text, runs, 0) ?? [])],
};
