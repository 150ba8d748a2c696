import type { RentedCard } from '../knowledge/rented-cards';
import { dearText, offerOf, sizeText } from './cards';
import type { Engine } from './engine';
import { type Job, type JobFile, needText } from './job';
import { runLines, setupLines } from './scripts';
import { block, command, comment, scalar } from './yaml';

/** Where SkyPilot puts `workdir` on the machine. */
const workdir = '~/sky_workdir';

/** Of the disk for the system: the images of the clouds that SkyPilot takes are up to so large (GiB). */
const imageGib = 50;

const knows = ({ skypilot }: RentedCard): boolean => skypilot.length > 0;

/**
 * A task of SkyPilot. Source: its "SkyPilot YAML" reference; tests/export reads what is written with `sky.Task.from_yaml`.
 * Files of data are named one by one: of a folder in which git tracks something, SkyPilot leaves out what git ignores where its API
 * server is another machine (`get_excluded_files_from_gitignore` of sky/data/storage_utils.py), and the data would be missing there.
 */
export const skypilot: Engine = {
  title: 'SkyPilot',
  file: 'configs/train.sky.yaml',
  knows,
  keeps: {
    pattern:
      /^(?:(?:s3|gs|r2|cos|oci|nebius|cw):\/\/[\w.-]+|https:\/\/[a-z0-9]{3,24}\.blob\.core\.windows\.net\/[a-z0-9-]{3,63})(?:\/[\w./-]+)?$/,
    words: 'the address of a bucket: `s3://BUCKET/FOLDER`, `gs://…`, `https://ACCOUNT.blob.core.windows.net/CONTAINER`',
  },
  text(job, { file }) {
    const offer = offerOf(job, knows);
    const secret = job.token ? ' --secret HF_TOKEN' : '';
    return [
      '',
      ...comment('From the folder of the project:'),
      command(`sky launch -c ${job.name}${secret} ${file}`),
      command(`sky exec${secret} ${job.name} ${file}   # once more after a stop: it goes on from the last checkpoint`),
      ...comment(
        `The adapter comes by sync:pull, with \`remotes: { sky: { host: ${job.name}, path: ${workdir} } }\` in configs/setup.local.yaml:`,
      ),
      command('npx just sync:pull --remote=sky'),
      command(`sky down ${job.name}`),
      '',
      `name: ${job.name}`,
      ...comment('What git ignores stays here.'),
      'workdir: .',
      '',
      'resources:',
      ...comment(
        `${needText(job)}; each of these has 15 % more. SkyPilot takes the one that costs least where it is free. ${dearText(offer).join(' ')}`.trim(),
        '  ',
      ),
      '  accelerators:',
      ...offer.cards.flatMap((card) =>
        card.skypilot.map((name) => `    ${scalar(name)}: ${job.gpus}  # ${sizeText(card)}${job.gpus > 1 ? ' each' : ''}`),
      ),
      ...comment(`${job.storageGib} GiB by \`storage\` of configs/setup.yaml, ${imageGib} for the system`, '  '),
      `  disk_size: ${job.storageGib + imageGib}`,
      ...comment('A driver cannot be asked for: setup:remote looks at it before anything is fetched.', '  '),
      ...variableLines(job),
      ...(job.token ? ['', ...comment('The value comes from HF_TOKEN of the shell that launches.'), 'secrets:', '  HF_TOKEN: null'] : []),
      ...mountLines(job),
      '',
      ...block('setup:', setupLines(job)),
      '',
      ...block('run:', runLines(job)),
    ];
  },
};

const variableLines = ({ variables }: Job): string[] =>
  variables.size > 0 ? ['', 'envs:', ...[...variables].map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)] : [];

function mountLines({ data, settings, isDataElsewhere, keep }: Job): string[] {
  const line = ({ name }: JobFile) => `  ${scalar(`${workdir}/${name}`)}: ${scalar(`./${name}`)}`;
  const files = [...data, ...settings];
  return [
    '',
    ...(data.length === 0
      ? comment('There are no rows in data_processed yet: once there are, `npx just export` names their files here.')
      : []),
    ...(isDataElsewhere
      ? comment('Rows that lie outside of the project cannot be named here: mount them yourself where `paths` says.')
      : []),
    ...(keep
      ? []
      : comment('On another machine the training begins anew: `--keep=s3://BUCKET/FOLDER` names where its checkpoints are kept.')),
    ...(files.length > 0 || keep ? ['file_mounts:', ...files.map(line)] : []),
    ...(keep
      ? [
          ...comment('Checkpoints: a training goes on from them on another machine.', '  '),
          `  ${scalar(`${workdir}/.just-lora/training`)}: { source: ${JSON.stringify(keep)}, mode: MOUNT_CACHED }`,
        ]
      : []),
  ];
}
