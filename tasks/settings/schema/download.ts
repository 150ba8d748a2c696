import * as v from 'valibot';

const count = (what: string, fallback: number, least: number, most: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(what)), fallback);

/** `setup.download`: how models are fetched. */
export const download = v.optional(
  v.pipe(
    v.strictObject({
      connections: count('Connections at once, all files together', 96, 1, 128),
      at_risk_mb: v.optional(
        v.pipe(
          v.nullable(v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(1024))),
          v.description('Data that a kill may lose, at most (MB); null: twice what is on the line, and 8 MB more'),
        ),
        null,
      ),
      stall_seconds: v.optional(
        v.pipe(v.number(), v.minValue(0.1), v.description('Seconds without data before an attempt is given up')),
        15,
      ),
      answer_seconds: v.optional(
        v.pipe(v.number(), v.minValue(0.1), v.description('A question to the Hub is answered within so long, or asked again (seconds)')),
        60,
      ),
      wait_seconds: v.optional(
        v.pipe(
          v.number(),
          v.minValue(0),
          v.description('The longest wait that a server may ask for, as for a limit of requests (seconds)'),
        ),
        600,
      ),
      tries: count('Tries without any progress before a file is given up', 5, 5, 100),
      headroom_percent: v.optional(
        v.pipe(v.number(), v.minValue(0), v.description('Free space beside the remaining bytes, at least 50 MB (percent of them)')),
        2,
      ),
      backend: v.optional(
        v.pipe(v.picklist(['builtin', 'hf']), v.description("Who moves the bytes: just-lora, or the environment's own hf command")),
        'builtin',
      ),
      include: v.optional(
        v.pipe(
          v.array(v.string()),
          v.description(
            'Patterns of the files that are wanted; empty: what transformers needs (shards of the index and the files beside it)',
          ),
        ),
        [],
      ),
      exclude: v.optional(v.pipe(v.array(v.string()), v.description('Patterns of files that are left out')), [
        'original/*',
        'consolidated*',
        '*.pth',
        '*.bin',
        '*.gguf',
      ]),
    }),
    v.description('How models are fetched'),
  ),
  {} as never,
);

export type DownloadSettings = v.InferOutput<typeof download>;
