import * as path from 'node:path';
import { bytes } from '../common/format';
import type { RentedCard } from '../knowledge/rented-cards';
import { dearText, type Offer, offerOf } from './cards';
import type { Engine, Place } from './engine';
import { type Job, type JobFile, needText } from './job';
import { runLines, setupLines } from './scripts';
import { block, command, comment, scalar } from './yaml';

/** The folder in which the commands of a task run. */
const workdir = '/workflow';

/** Of the disk for the image and the system (GiB). */
const imageGib = 50;

/** What one entry of `files` may hold where the server says nothing else: DSTACK_SERVER_CODE_UPLOAD_LIMIT, 2 MiB (bytes). */
const uploadLimit = 2 * 2 ** 20;

/** One run is for one architecture of processors. */
const knows = ({ dstack, card }: RentedCard): boolean => dstack !== undefined && card.arch === 'x64';

/** A task of dstack. Source: its reference of `.dstack.yml`, type task; tests/export reads what is written with dstack's own models. */
export const dstack: Engine = {
  title: 'dstack',
  file: 'configs/train.dstack.yml',
  knows,
  keeps: { pattern: /^[a-z][a-z0-9-]{1,40}$/, words: 'the name of a volume of dstack: small letters, digits and dashes' },
  text(job, place) {
    const offer = offerOf(job, knows);
    const large = job.data.filter(({ bytes: size }) => size > uploadLimit);
    return [
      '',
      ...comment('From the folder of the project:'),
      ...(job.token ? [command('dstack secret set HF_TOKEN VALUE   # once')] : []),
      command(`dstack apply -f ${place.file}`),
      ...comment(
        `The adapter comes by sync:pull, with \`remotes: { dstack: { host: ${job.name}, path: ${workdir}, transfer: auto } }\` in configs/setup.local.yaml:`,
      ),
      command('npx just sync:pull --remote=dstack'),
      ...comment(`What is on the machine is lost when the task ends: trained, it waits two hours, or for \`dstack stop ${job.name}\`.`),
      '',
      'type: task',
      `name: ${job.name}`,
      ...codeLines(place),
      ...fileLines(job, place),
      ...variableLines(job),
      '',
      'resources:',
      ...comment(
        `${needText(job)}; each of these has 15 % more, and dstack takes the cheapest offer. ${dearText(offer).join(' ')}`.trim(),
        '  ',
      ),
      '  gpu:',
      `    name: [${namesOf(offer).join(', ')}]`,
      `    memory: ${leastGb(offer)}GB..`,
      `    count: ${job.gpus}`,
      ...sharedMemoryLines(job),
      ...comment(`${job.storageGib} GiB by \`storage\` of configs/setup.yaml, ${imageGib} for the image`, '  '),
      `  disk: ${job.storageGib + imageGib}GB..`,
      ...comment('A driver cannot be asked for: setup:remote looks at it before anything is fetched.', '  '),
      '',
      ...volumeLines(job),
      '',
      'commands:',
      ...block('-', setupLines(job), '  '),
      ...(large.length > 0 ? block('-', waitLines(large), '  ') : []),
      ...block('-', [...(job.keep ? keptLines : []), ...runLines(job)], '  '),
      ...block('-', [`echo "trained: npx just sync:pull --remote=dstack, then dstack stop ${job.name}"`, 'sleep 7200'], '  '),
    ];
  },
};

const namesOf = ({ cards }: Offer): string[] => [...new Set(cards.flatMap(({ dstack: name }) => (name ? [scalar(name)] : [])))];

/** Of each name every size from here on fits: a smaller card of a name that fits is below it. */
const leastGb = ({ cards }: Offer): number => Math.min(...cards.map(({ nominalGb }) => nominalGb));

/** NCCL hands data between the cards of a machine through /dev/shm where they cannot reach each other; a container has 64 MB of it. */
const sharedMemoryLines = ({ gpus }: Job): string[] =>
  gpus > 1
    ? [
        ...comment('For the processes of the training to talk to each other: containers have 64 MB by themselves', '  '),
        `  shm_size: ${gpus}GB`,
      ]
    : [];

/** The project: what git has of it, where it has an address that the machine can fetch from, else its folder. */
function codeLines({ toRoot, hasAddress }: Place): string[] {
  if (hasAddress)
    return [
      '',
      ...comment('The machine fetches the commit from the address of the repository; changes of up to 2 MB travel too.'),
      'repos:',
      `  - ${toRoot}`,
    ];
  return [];
}

function fileLines({ data, settings, isDataElsewhere }: Job, { toRoot, hasAddress }: Place): string[] {
  const small = [...data.filter(({ bytes: size }) => size <= uploadLimit), ...settings];
  const entry = ({ name }: JobFile) => {
    const from = path.posix.join(toRoot, name);
    // dstack takes every colon of the short form for the one between both.
    return name.includes(':') ? `  - { local_path: ${scalar(from)}, path: ${scalar(name)} }` : `  - ${scalar(`${from}:${name}`)}`;
  };
  const lines = [...(hasAddress ? [] : [`  - ${scalar(`${toRoot}:.`)}`]), ...small.map(entry)];
  return [
    '',
    ...(data.length === 0
      ? comment('There are no rows in data_processed yet: once there are, `npx just export` names their files here.')
      : []),
    ...(isDataElsewhere
      ? comment('Rows that lie outside of the project cannot be named here: mount a volume of yours where `paths` says.')
      : []),
    ...(hasAddress
      ? []
      : comment(
          'This project has no address that the machine could clone it from: its folder is sent, at most 2 MB without what git ignores.',
        )),
    ...(lines.length > 0 ? ['files:', ...lines] : []),
  ];
}

function variableLines({ variables, token }: Job): string[] {
  const lines = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dstack replaces it
    ...(token ? ['  - HF_TOKEN=${{ secrets.HF_TOKEN }}'] : []),
    ...[...variables].map(([name, value]) => `  - ${JSON.stringify(`${name}=${value}`)}`),
  ];
  return lines.length > 0 ? ['', 'env:', ...lines] : [];
}

/** Not in the project's folder: dstack clones into an empty one alone. */
const kept = '/kept';
const keptLines = [`mkdir -p ${kept}/training .just-lora`, `ln -sfn ${kept}/training .just-lora/training`];

const volumeLines = ({ keep }: Job): string[] =>
  keep
    ? [
        ...comment('Checkpoints: a training goes on from them on another machine.'),
        'volumes:',
        `  - { name: ${scalar(keep)}, path: ${kept} }`,
      ]
    : comment('On another machine the training begins anew: `--keep=VOLUME` names a volume of dstack that holds its checkpoints.');

/** dstack sends small files only: the large ones come by our sync, which writes the hashes of a folder when it is there whole. */
function waitLines(large: readonly JobFile[]): string[] {
  const sizes = large.map(({ name, bytes: size }) => `${name} (${bytes(size)})`).join(', ');
  return [
    `echo "waiting for ${sizes}: npx just sync:push --remote=dstack --only=data/processed --verify"`,
    'until [ -e .just-lora/manifests/data-processed.sha256 ]; do sleep 5; done',
    'sha256sum --quiet -c .just-lora/manifests/data-processed.sha256',
  ];
}
