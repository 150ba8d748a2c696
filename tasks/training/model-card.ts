import { bytes } from '../common/format';
import { earlierStep, validationLoss } from './facts';
import type { RunRecord } from './run-record';

/** README.md of an adapter, as the Hub reads it. Of the data it tells names, counts and hashes, and quotes nothing. */
export function modelCard({ name, model, data, settings, git, result, finishedAt }: RunRecord): string {
  const { lora, arguments: run } = settings;
  const several = (result.processes ?? 1) > 1;
  const validation = validationLoss(result);
  const step = earlierStep(result);
  const earlier = step ? `, of step ${step}: the best of ${result.evaluations.length}` : '';
  const losses = [result.losses[0], result.losses.at(-1)].map((loss) => loss?.toFixed(4) ?? '–');
  const rows: [string, string][] = [
    ['base model', model.repo ? `${model.repo}${model.commit ? `, commit ${model.commit}` : ''}` : model.name],
    ['adapter', `LoRA, rank ${lora.rank}, alpha ${lora.alpha}, dropout ${lora.dropout}, on ${lora.target_modules.join(', ')}`],
    ['precision', `${result.precision} on ${several ? `${result.processes} × ` : ''}${result.device}`],
    ['rows, tokens', `${result.rows.rows}, ${result.rows.tokens}`],
    [
      'steps',
      `${result.steps}, of ${several ? `${result.processes} × ` : ''}${run.batch_size} × ${run.gradient_accumulation_steps} rows, seed ${run.seed}`,
    ],
    ['learning rate', String(run.learning_rate)],
    ['loss on', run.assistant_only_loss ? 'the answers' : 'prompts and answers'],
    ['loss, first and last step', losses.join(', ')],
    ...(validation === undefined ? [] : [['loss in validation', `${validation.toFixed(4)}${earlier}`] as [string, string]]),
    ['size', bytes(result.adapterBytes)],
    [
      'versions',
      Object.entries(result.versions)
        .map((pair) => pair.join(' '))
        .join(', '),
    ],
    ...(git ? [['commit of the project', `${git.commit}${git.changed ? ', with changes' : ''}`] as [string, string]] : []),
    ['trained', finishedAt],
  ];
  const front = ['---', ...(model.repo ? [`base_model: ${model.repo}`] : []), 'library_name: peft', 'tags: [lora]', '---'];
  const table = (heading: readonly string[], lines: readonly (readonly string[])[]) =>
    [heading, heading.map(() => '---'), ...lines].map((cells) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`);
  return [
    ...front,
    '',
    `# ${name}`,
    '',
    'A LoRA adapter, trained by `npx just train` of just-lora. `run.json` beside it has every setting, and answers before and after.',
    '',
    ...table(['', ''], rows),
    '',
    '## Data',
    '',
    ...table(
      ['file', 'for', 'size', 'SHA-256'],
      data.map((file) => [file.file, file.split, bytes(file.bytes), file.sha256]),
    ),
    '',
  ].join('\n');
}
