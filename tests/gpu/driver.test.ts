import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../tasks/engine/step';
import { gpuDriverStep, gpuStep } from '../../tasks/gpu/gpu-steps';
import type { GpuLayer } from '../../tasks/gpu/layer';
import { projectCopy } from '../support/project';
import { type ContextOptions, contextFor, machineOfTranscript, transcripts } from '../support/transcript';

const test = suite('gpu, the driver half');
const project = projectCopy();

interface Expected extends ContextOptions {
  /** Where it ends, and with which code; absent where every layer of the half is all right. */
  broken?: [layer: string, code: string];
  /** No layer is broken, and what was asked for could not be said. */
  unknown?: true;
  /** All of these are said, somewhere in what a person reads. */
  says: RegExp[];
  /** None of these is. */
  saysNot?: RegExp[];
}

/** The parts of the A100 that is split. */
const [bigPart, smallPart] = ['MIG-9f1b7a52-4d3c-5e8f-a6b0-2c7d9e1f3a45', 'MIG-0c2d4e6f-8a1b-5c3d-9e7f-1a3b5c7d9e0f'];
const cureByPart = new RegExp(`^\`export CUDA_VISIBLE_DEVICES=${bigPart}\` takes the part 3g\\.40gb, which is large enough\nor `, 'm');

/** One line for each transcript, some with other settings. */
const table: Record<string, Expected | Expected[]> = {
  'a100-80gb': {
    says: [
      /A100-SXM4-80GB/,
      /capability 8\.0/,
      /81920 MiB \(85\.9 GB\)/,
      /driver 525\.147\.05 for CUDA up to 12\.0/,
      /fits with 63\.4 GB to spare/,
    ],
  },
  'a100-mig': [
    { says: [/A100-SXM4-80GB MIG 3g\.40gb, capability 8\.0; /, /MIG: 3g\.40gb, 1g\.10gb/, /free unknown/, /fits with 21\.4 GB to spare/] },
    // The part that is named is the one that CUDA shows.
    { env: { CUDA_VISIBLE_DEVICES: `${bigPart},${smallPart}` }, says: [/fits with 21\.4 GB to spare/] },
    ...[smallPart, `${smallPart},${bigPart}`].map((CUDA_VISIBLE_DEVICES) => ({
      env: { CUDA_VISIBLE_DEVICES },
      broken: ['memory', 'E_GPU_MEMORY'] as [string, string],
      says: [/needs 21\.5 GB of 10\.7 GB; .* on GPU 0 \(NVIDIA A100-SXM4-80GB, MIG 1g\.10gb\)/, cureByPart],
    })),
    // In a job the other parts are those of others.
    {
      env: { CUDA_VISIBLE_DEVICES: smallPart, SLURM_JOB_ID: '7', SLURM_JOB_GPUS: '0' },
      broken: ['memory', 'E_GPU_MEMORY'],
      says: [/^`npx just gpu --set /m],
    },
    // By the name of older drivers the part is not known, and its memory neither.
    {
      env: { CUDA_VISIBLE_DEVICES: 'MIG-GPU-3f8a11c0-5c3e-1d2f-9a7b-0c4d8e6f1a2b/9/0' },
      unknown: true,
      says: [/the free memory is not known here/],
    },
    {
      env: { CUDA_VISIBLE_DEVICES: `${bigPart},${bigPart}` },
      broken: ['driver', 'E_GPU_NOT_VISIBLE'],
      says: [/it names MIG-9f1b7a52\S+ twice/],
    },
  ],
  'a100-mig-and-whole': {
    // CUDA shows no whole card beside a part, and so they are no set.
    says: [/NVIDIA A100-SXM4-80GB, capability 8\.0, 85 GB free/, /fits with 63\.4 GB to spare/],
    saysNot: [/2 ×/, /2 GPUs,/],
  },
  'a100-mig-small-first': [
    { broken: ['memory', 'E_GPU_MEMORY'], says: [/MIG: 1g\.10gb, 3g\.40gb/, /MIG 1g\.10gb\)/, cureByPart] },
    { env: { CUDA_VISIBLE_DEVICES: '0' }, broken: ['memory', 'E_GPU_MEMORY'], says: [cureByPart] },
    { env: { CUDA_VISIBLE_DEVICES: bigPart }, says: [/fits with 21\.4 GB to spare/] },
  ],
  'a100-mig-empty': { broken: ['driver', 'E_GPU_MIG'], says: [/no MIG device is made/, /nvidia-smi mig -i 0 -cgi 0 -C/] },
  amd: { broken: ['device', 'E_GPU_AMD'], says: [/AMD one \(0000:03:00\.0\)/] },
  'amd-left-over-smi': { broken: ['device', 'E_GPU_AMD'], says: [/AMD one \(0000:03:00\.0, \/dev\/kfd\)/] },
  b200: [
    { says: [/NVIDIA B200, capability 10\.0/, /driver 570\.124\.06 for CUDA up to 12\.8/, /fits with/] },
    {
      sets: ['remote.profile=compat'],
      broken: ['capability', 'E_GPU_CAPABILITY'],
      says: [
        /B200\) has compute capability 10\.0, and torch 2\.1\.2 of profile compat is built for sm_50 .*sm_90/,
        /profile current, whose torch 2\.\d+\.\d has code for it/,
        /--set remote\.profile=current/,
      ],
    },
  ],
  busy: {
    broken: ['memory', 'E_GPU_BUSY'],
    says: [/GPU 0 is in use: 33\.3 GB of 42\.9 GB are taken by \/opt\/conda\/bin\/python \(pid 4242, 32\.7 GB\)/],
  },
  'container-no-devices': { broken: ['driver', 'E_GPU_NOT_VISIBLE'], says: [/docker run --gpus all/] },
  'container-no-smi': { broken: ['device', 'E_DRIVER_MISSING'], says: [/docker run --gpus all/] },
  'container-unknown-error': { broken: ['driver', 'E_GPU_NOT_VISIBLE'], says: [/lost its devices/, /restart the container/] },
  'cpu-only': { broken: ['device', 'E_GPU_NONE'], says: [/no NVIDIA GPU is seen on this machine/, /--no-gpu/] },
  'cuda-not-told': { says: [/NVIDIA A10/, /driver 535\.129\.03 for CUDA up to 12\.2/] },
  crashed: { broken: ['driver', 'E_DRIVER_CRASHED'], says: [/crashed \(SIGSEGV\)/, /sudo reboot/] },
  'driver-610': { says: [/driver 610\.57\.04 for CUDA up to 13\.3/, /A100-SXM4-40GB/] },
  'driver-610-table': { says: [/L40S/, /driver 610\.57\.04 for CUDA up to 13\.3/, /46068 MiB/] },
  gb10: [
    { arch: 'arm64', unknown: true, says: [/NVIDIA GB10, capability 12\.1/, /memory unknown/, /driver 580\.126\.09 for CUDA up to 13\.0/] },
    {
      arch: 'arm64',
      sets: ['remote.profile=compat'],
      broken: ['capability', 'E_GPU_CAPABILITY'],
      says: [/torch 2\.1\.2 of profile compat is built for the processor alone on aarch64/, /remote\.profile=current/],
    },
  ],
  'mig-media': [
    {
      // A program has 9.4 GB of the part that is the first.
      broken: ['memory', 'E_GPU_MEMORY'],
      says: [
        /MIG: 1g\.12gb\+me, 1c\.3g\.47gb/,
        /needs 21\.5 GB of 3\.4 GB/,
        /export CUDA_VISIBLE_DEVICES=MIG-a6d4f1ef-42e4-5de3-91c7-45d71c87eb3f`/,
      ],
    },
    { env: { CUDA_VISIBLE_DEVICES: 'MIG-a6d4f1ef-42e4-5de3-91c7-45d71c87eb3f' }, says: [/MIG 1c\.3g\.47gb/, /fits with/] },
  ],
  'one-lost': {
    says: [
      /GPU1: 0000:17:00\.0: Unknown Error; E_GPU_LOST/,
      /a GPU +lost +GPU1: 0000:17:00\.0/,
      /2 × NVIDIA A30, capability 8\.0/,
      /export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=GPU-aaaa1111-5c3e-1d2f-9a7b-0c4d8e6f1a2b,GPU-cccc1111-/,
    ],
  },
  'one-lost-listed': {
    says: [
      /GPU 0 \(NVIDIA A40\) is left out: GPU 0 \(NVIDIA A40\) stopped answering/,
      /CUDA_VISIBLE_DEVICES=GPU-cccc1111-5c3e-1d2f-9a7b-0c4d8e6f1a2b`/,
    ],
  },
  'one-silent': [
    {
      says: [
        /GPU 1 \(NVIDIA A100-SXM4-80GB\) is left out: .*does not say how much memory it has \(memory\.total \[Unknown Error\]/,
        /`export .*CUDA_VISIBLE_DEVICES=GPU-3f8a11c0-\S+` keeps it out/,
        /^NVIDIA A100-SXM4-80GB, capability 8\.0, 85 GB free/m,
      ],
      saysNot: [/2 ×/, /2 GPUs,/],
    },
    { env: { CUDA_VISIBLE_DEVICES: '1' }, unknown: true, says: [/the free memory is not known here/] },
  ],
  'one-missing': { says: [/2 NVIDIA GPUs are on the PCI bus, and `nvidia-smi` names 1/] },
  'slurm-no-gpu': [
    { env: { SLURM_JOB_ID: '7' }, broken: ['driver', 'E_GPU_NO_JOB'], says: [/this job of Slurm was given no GPU/, /--gres=gpu:1/] },
    { env: { PBS_JOBID: '7' }, broken: ['driver', 'E_GPU_NO_JOB'], says: [/job of PBS/, /ngpus=1/] },
    {
      env: { SLURM_CLUSTER_NAME: 'c' },
      broken: ['driver', 'E_GPU_NO_JOB'],
      says: [/machine of a Slurm cluster has no GPU/, /srun --gres=gpu:1/],
    },
    // Slurm gave one: then it is the driver.
    { env: { SLURM_JOB_ID: '7', SLURM_JOB_GPUS: '0' }, broken: ['driver', 'E_GPU_NOT_VISIBLE'], says: [/sees no GPU/] },
  ],
  'driver-440': { broken: ['cuda', 'E_DRIVER_OLD'], says: [/driver 440\.33\.01 is too old for CUDA 12\.1/] },
  'driver-470': {
    broken: ['cuda', 'E_DRIVER_OLD'],
    says: [/driver 470\.223\.02 is too old for CUDA 12\.1: it runs CUDA up to 11\.4/, /525\.60\.13/, /ubuntu-drivers/],
  },
  'driver-470-compat': { says: [/driver 470\.223\.02 for CUDA up to 12\.1/, /capability unknown/, /does not say it/] },
  'driver-missing': {
    broken: ['device', 'E_DRIVER_MISSING'],
    says: [/1 NVIDIA GPU on the PCI bus \(0000:01:00\.0\)/, /ubuntu-drivers install/],
  },
  ecc: { broken: ['driver', 'E_GPU_ECC'], says: [/2 memory errors that ECC could not correct/, /--gpu-reset -i 0/] },
  empty: { broken: ['driver', 'E_DRIVER_UNREADABLE'], says: [/ended with 0 and said nothing/] },
  err: { unknown: true, says: [/memory unknown, free unknown/, /memory\.total ERR!/, /the free memory is not known here/] },
  exclusive: {
    broken: ['memory', 'E_GPU_BUSY'],
    says: [
      /GPU 0 \(NVIDIA A100-SXM4-80GB\) is in compute mode Exclusive_Process, and \/opt\/conda\/bin\/python \(pid 4242\) has it/,
      /sudo nvidia-smi -i 0 -c DEFAULT/,
    ],
  },
  'exclusive-free': { says: [/fits with/], saysNot: [/Exclusive/] },
  'exclusive-mps': { says: [/fits with/], saysNot: [/Exclusive/] },
  'exclusive-one-of-two': [
    {
      says: [
        /GPU 0 \(NVIDIA A100-SXM4-80GB\) is left out: .*Exclusive_Process.*; `export .*CUDA_VISIBLE_DEVICES=GPU-3f8a11c1-\S+` keeps it out/,
        /fits with/,
      ],
      saysNot: [/2 ×/],
    },
    { env: { CUDA_VISIBLE_DEVICES: '0' }, broken: ['memory', 'E_GPU_BUSY'], says: [/CUDA refuses a second program/] },
  ],
  'exit-code-only': { broken: ['driver', 'E_DRIVER_NOT_LOADED'], says: [/not loaded/] },
  garbage: { broken: ['driver', 'E_DRIVER_UNREADABLE'], says: [/502 Bad Gateway/] },
  gh200: {
    arch: 'arm64',
    broken: ['cuda', 'E_DRIVER_OLD'],
    says: [/driver 550\.90\.07 is too old for CUDA 13\.0/, /driver 580\.65\.06 or newer/],
  },
  'gtx-1080': { broken: ['capability', 'E_GPU_BFLOAT16'], says: [/6\.1/, /compute_dtype: float16/] },
  'gtx-970': { broken: ['capability', 'E_GPU_CAPABILITY'], says: [/4-bit weights need 6\.0/] },
  h100: { says: [/H100 80GB HBM3/, /1 known to the driver/, /toolkit 12\.4 /, /fits with 63\.4 GB to spare/] },
  h200: { says: [/H200/, /143771 MiB/] },
  hung: { broken: ['driver', 'E_DRIVER_HUNG'], says: [/within 15 s/, /sudo reboot/] },
  inforom: { says: [/NVIDIA A10/, /fits with/] },
  'jetson-nano': { broken: ['device', 'E_GPU_JETSON'], says: [/Jetson Nano/] },
  'jetson-orin': { broken: ['device', 'E_GPU_JETSON'], says: [/Jetson AGX Orin/] },
  k80: { broken: ['cuda', 'E_DRIVER_OLD'], says: [/470\.223\.02/] },
  lost: { broken: ['driver', 'E_GPU_LOST'], says: [/0000:01:00\.0: GPU is lost/] },
  mismatch: { broken: ['driver', 'E_DRIVER_MISMATCH'], says: [/kernel 535\.129\.03, library 535\.154/, /sudo reboot/] },
  mixed: [
    {
      says: [
        /GPU 0 \(NVIDIA GeForce GT 1030\) is left out/,
        /export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=GPU-3f8a11c1-5c3e-1d2f-9a7b-0c4d8e6f1a2b` keeps it out/,
        /RTX 3090, capability 8\.6/,
      ],
    },
    {
      env: { CUDA_VISIBLE_DEVICES: '1' },
      says: [/is GPU 1 \(NVIDIA GeForce RTX 3090\) here, as `nvidia-smi` counts; CUDA by itself counts the fastest card first/],
    },
    { env: { CUDA_VISIBLE_DEVICES: 'NoDevFiles' }, broken: ['driver', 'E_GPU_NO_JOB'], says: [/job of Slurm/, /--gres=gpu:1/] },
    { env: { CUDA_VISIBLE_DEVICES: '0' }, broken: ['capability', 'E_GPU_BFLOAT16'], says: [/GT 1030/] },
    {
      env: { CUDA_VISIBLE_DEVICES: '' },
      broken: ['driver', 'E_GPU_NOT_VISIBLE'],
      says: [/hides every GPU/, /unset CUDA_VISIBLE_DEVICES/],
    },
  ],
  'no-devices': { broken: ['driver', 'E_GPU_NOT_VISIBLE'], says: [/sees no GPU/, /dmesg/] },
  'no-library': { broken: ['driver', 'E_DRIVER_LIBRARY'], says: [/libnvidia-ml/, /apt install nvidia-driver/] },
  'not-loaded': { broken: ['driver', 'E_DRIVER_NOT_LOADED'], says: [/sudo modprobe nvidia/] },
  'not-loaded-no-card': { broken: ['driver', 'E_DRIVER_NOT_LOADED'], says: [/no NVIDIA card is on the PCI bus/] },
  permission: { broken: ['driver', 'E_GPU_PERMISSION'], says: [/usermod -aG video,render/] },
  prohibited: { broken: ['driver', 'E_GPU_PROHIBITED'], says: [/-c DEFAULT/] },
  'reset-required': { broken: ['driver', 'E_GPU_LOST'], says: [/requires reset/] },
  'rtx-3060': {
    broken: ['memory', 'E_GPU_MEMORY'],
    says: [
      /needs 21\.5 GB of 12\.6 GB; batch 1 × accumulation 16 fits with 6\d\d MB to spare/,
      /batch_size: 1/,
      /gradient_accumulation_steps: 16/,
    ],
  },
  'rtx-3070': { broken: ['memory', 'E_GPU_MEMORY'], says: [/no change of batch or length fits/, /use a card with 9\.6 GB free/] },
  'rtx-3090': [
    {
      says: [
        /24576 MiB \(25\.8 GB\)/,
        /25\.2 GB free/,
        /CUDA up to 12\.2; toolkit 11\.8/,
        /llama-3\.1-8b fits with 3\.\d GB to spare/,
        /torch was not checked/,
      ],
    },
    { options: { model: 'mistral-7b' }, says: [/mistral-7b fits with 13 GB to spare/] },
    {
      sets: ['training.arguments.max_seq_length=2048'],
      broken: ['memory', 'E_GPU_MEMORY'],
      says: [/batch 2 × accumulation 8 fits with/],
    },
  ],
  'rtx-4090': { says: [/RTX 4090, capability 8\.9/] },
  'rtx-5090': { says: [/NVIDIA GeForce RTX 5090, capability 12\.0/, /fits with/] },
  t4: [
    { broken: ['capability', 'E_GPU_BFLOAT16'], says: [/Tesla T4\) has compute capability 7\.5/, /float16/] },
    {
      sets: ['training.quantization.compute_dtype=float16'],
      broken: ['memory', 'E_GPU_MEMORY'],
      says: [/batch 2 × accumulation 8 fits with/],
    },
  ],
  'table-only': {
    says: [
      /2 × NVIDIA A100-PCIE-40GB/,
      /driver 535\.129\.03 for CUDA up to 12\.2/,
      /40960 MiB \(42\.9 GB\), 42\.9 GB free/,
      /on GPU 1: needs 21\.5 GB of 1\.9 GB/,
    ],
  },
  'two-3090': [
    { says: [/2 × NVIDIA GeForce RTX 3090/, /2 GPUs, 51\.5 GB together/, /2 × 4 × 4 = 32 examples a step/] },
    { env: { CUDA_VISIBLE_DEVICES: '1' }, says: [/hides 1 of 2 GPUs/] },
    { env: { CUDA_VISIBLE_DEVICES: 'GPU-3f8a11c1' }, says: [/hides 1 of 2 GPUs/] },
    { env: { CUDA_VISIBLE_DEVICES: '00' }, says: [/hides 1 of 2 GPUs/] },
    { env: { CUDA_VISIBLE_DEVICES: 'GPU-3f8a11c1,0' }, says: [/hides 1 of 2 GPUs/], saysNot: [/2 ×/] },
    // Named twice, CUDA shows none.
    ...['0,0', '1,01'].map((CUDA_VISIBLE_DEVICES) => ({
      env: { CUDA_VISIBLE_DEVICES },
      broken: ['driver', 'E_GPU_NOT_VISIBLE'] as [string, string],
      says: [/hides every GPU \(2 there\): it names [01] twice, and CUDA shows none then/, /unset CUDA_VISIBLE_DEVICES/],
    })),
    {
      env: { CUDA_VISIBLE_DEVICES: 'GPU-3f8a11c1,GPU-3f8a11c1-5c3e' },
      broken: ['driver', 'E_GPU_NOT_VISIBLE'],
      says: [/hides every GPU/],
    },
    // The beginning of both.
    { env: { CUDA_VISIBLE_DEVICES: 'GPU-3f8a11c' }, broken: ['driver', 'E_GPU_NOT_VISIBLE'], says: [/hides every GPU/] },
  ],
  v100: [
    { broken: ['capability', 'E_GPU_BFLOAT16'], says: [/7\.0/] },
    { sets: ['training.quantization.compute_dtype=float16'], says: [/capability 7\.0/, /fits with/] },
  ],
  wsl: { says: [/passed through by WSL/, /driver 537\.13/] },
  'wsl-blocked': { broken: ['driver', 'E_DRIVER_BLOCKED'], says: [/wsl --shutdown/] },
  'wsl-no-driver': { broken: ['device', 'E_DRIVER_MISSING'], says: [/in Windows, never in WSL/] },
  'wsl-old-driver': { broken: ['cuda', 'E_DRIVER_OLD'], says: [/526\.98/, /527\.41/, /in Windows/] },
  xid: { says: [/Xid 63 of 0000:17:00: a memory row was remapped/, /A100/] },
};

for (const name of transcripts())
  for (const expected of [table[name] ?? []].flat())
    test([name, ...(expected.sets ?? []), ...Object.entries(expected.env ?? {})].join(' '), async () => {
      const machine = machineOfTranscript(name);
      const context = contextFor(project, { ...expected, root: machine.root, env: { ...machine.env, ...expected.env } });
      const finding = await gpuStep({ alone: true }).check(context, 'full');
      const text = readable(finding);
      for (const pattern of expected.says) assert.match(text, pattern);
      for (const pattern of expected.saysNot ?? []) assert.not.match(text, pattern);
      assert.not.match(text, /no transcript of/);
      const layers = finding.data?.layers as GpuLayer[];
      const [layer, code] = expected.broken ?? [];
      assert.is(finding.state, layer ? 'blocked' : expected.unknown ? 'unknown' : 'done', text);
      assert.is(layers.find(({ state }) => state === 'broken')?.name, layer);
      if (finding.state === 'blocked') assert.is(finding.code, code);
      // What rests on a broken layer was not looked at.
      const after = layers.slice(layers.findIndex(({ name: one }) => one === layer) + 1);
      if (layer) assert.ok(after.every(({ state }) => state === 'not reached'));
    });

test('in a setup a card that others use is a warning: the training comes later', async () => {
  const machine = machineOfTranscript('busy');
  const finding = await gpuDriverStep().check(contextFor(project, machine), 'full');
  assert.is(finding.state, 'done');
  assert.match(readable(finding), /GPU 0 is in use/);
});

test('in a setup so is one that another program has for itself', async () => {
  const finding = await gpuDriverStep().check(contextFor(project, machineOfTranscript('exclusive')), 'full');
  assert.is(finding.state, 'done');
  assert.match(readable(finding), /Exclusive_Process, and \/opt\/conda\/bin\/python \(pid 4242\) has it.*let it end/);
});

test('where the driver of NVIDIA is loaded, an AMD card beside it is not the answer', async () => {
  const machine = machineOfTranscript('amd-left-over-smi');
  fs.mkdirSync(path.join(machine.root, 'proc/driver/nvidia'), { recursive: true });
  fs.writeFileSync(
    path.join(machine.root, 'proc/driver/nvidia/version'),
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.161.08  Thu\n',
  );
  const finding = await gpuStep({ alone: true }).check(contextFor(project, machine), 'full');
  assert.is(finding.state === 'blocked' && finding.code, 'E_DRIVER_NOT_LOADED');
});

test('AMD is seen by its tools too', async () => {
  const machine = machineOfTranscript('cpu-only');
  fs.mkdirSync(path.join(machine.root, 'dev'), { recursive: true });
  fs.writeFileSync(path.join(machine.root, 'dev', 'kfd'), '');
  const finding = await gpuStep({ alone: true }).check(contextFor(project, machine), 'full');
  assert.is(finding.state === 'blocked' && finding.code, 'E_GPU_AMD');
});

test('every transcript has a line in the table', () => {
  assert.equal(
    transcripts().filter((name) => !table[name]),
    [],
  );
  assert.ok(transcripts().length >= 25);
});

function readable(finding: Finding): string {
  const { found, table: rows = [], warning = '', fix = '', needed = '', code = '' } = finding as Finding & Record<string, string>;
  return [found, code, needed, fix, warning, ...(rows as unknown as string[][]).map((row) => row.join(' '))].join('\n');
}

test.run();
