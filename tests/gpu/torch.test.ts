import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gpuStep } from '../../tasks/gpu/gpu-steps';
import type { GpuLayer } from '../../tasks/gpu/layer';
import { queryTorch } from '../../tasks/gpu/torch/query-torch';
import { torchLayers } from '../../tasks/gpu/torch/torch-layers';
import { cudaErrorIn } from '../../tasks/knowledge/cuda-errors';
import { torchBuild } from '../../tasks/knowledge/torch';
import { repository } from '../support/project';
import { type FakeMachine, machineOfTranscript } from '../support/transcript';
import { contextWithTorch, projectWithPython } from './made-up-torch';

/** probe.py in a real Python, with a torch that has the faults no machine of ours has. */
const test = suite('gpu, the half of the environment');
const project = projectWithPython();
const python = path.join(project, '.venv-remote', 'bin', 'python');
const prefix = path.dirname(path.dirname(python));
const _fixtures = path.join(repository, 'tests/fixtures/torch');

const choice = { torch: { version: '2.1.2', build: torchBuild('2.1.2') }, covering: () => undefined };
const h100 = { name: 'NVIDIA H100 80GB HBM3', capability: [9, 0], free: 84e9, total: 85e9 };
const card = (name: string, capability: [number, number], gb: number) => ({ name, capability, free: gb * 1e9, total: gb * 1e9 });

interface Expected {
  torch?: object;
  /** The transcript of the driver half. */
  driver?: string;
  sets?: string[];
  broken?: [layer: string, code: string];
  says: RegExp[];
}

const table: Record<string, Expected> = {
  'all is well': {
    says: [
      /torch 2\.1\.2\+cu121 built for CUDA 12\.1/,
      /8\.6 runs on sm_50/,
      /exact in every type/,
      /bitsandbytes 0\.43\.3/,
      /fits with 3\.\d GB to spare/,
      // The made-up torch lies on PYTHONPATH.
      /torch comes from `.*torch\/__init__\.py`, outside of the environment: unset PYTHONPATH/,
    ],
  },
  'a build for the CPU': {
    torch: { version: '2.1.2+cpu', cuda: null, available: false, arch: '' },
    broken: ['torch', 'E_TORCH_CPU'],
    says: [/built for the CPU alone/, /npx just env:remote --force/],
  },
  'a build for AMD': {
    torch: { version: '2.1.2+rocm5.6', cuda: null, hip: '5.6.31061', available: true },
    broken: ['torch', 'E_TORCH_ROCM'],
    says: [/ROCm 5\.6/],
  },
  'a CUDA that is newer than the driver': {
    torch: {
      version: '2.9.0+cu130',
      cuda: '13.0',
      available: false,
      reason: 'The NVIDIA driver on your system is too old (found version 12020)',
    },
    broken: ['torch', 'E_TORCH_CUDA'],
    says: [/built for CUDA 13\.0, and the driver runs CUDA up to 12\.2/],
  },
  'another CUDA that works': {
    torch: { version: '2.1.2+cu118', cuda: '11.8' },
    says: [/built for CUDA 11\.8, the environment asks for 12\.1/],
  },
  'no GPU for torch': {
    torch: { available: false, reason: 'CUDA unknown error - this may be due to an incorrectly set up environment' },
    broken: ['torch', 'E_TORCH_NO_GPU'],
    says: [/torch sees no GPU, though the driver \(535\.129\.03\) does: .*CUDA unknown error/, /nvidia_uvm/],
  },
  'a card that somebody holds alone': {
    torch: { available: false, reason: 'all CUDA-capable devices are busy or unavailable' },
    broken: ['torch', 'E_TORCH_NO_GPU'],
    says: [/-c DEFAULT/],
  },
  'an NVSwitch whose manager does not run': {
    torch: { available: false, reason: 'Error 802: system not yet initialized' },
    broken: ['torch', 'E_TORCH_NO_GPU'],
    says: [/systemctl enable --now nvidia-fabricmanager/],
  },
  'a container for nvidia-smi alone': {
    torch: { available: false, reason: 'Found no NVIDIA driver on your system.' },
    broken: ['torch', 'E_TORCH_NO_GPU'],
    says: [/NVIDIA_DRIVER_CAPABILITIES=compute,utility/],
  },
  'a torch that cannot be imported': {
    torch: { import_error: 'libcudnn.so.8: cannot open shared object file' },
    broken: ['torch', 'E_TORCH_IMPORT'],
    says: [/libcudnn\.so\.8/],
  },
  'mkl of conda': {
    torch: { import_error: '/env/lib/libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent' },
    broken: ['torch', 'E_MKL'],
    says: [/mkl<2024\.1/],
  },
  'numpy 2': { torch: { warning: 'Failed to initialize NumPy: _ARRAY_API not found' }, says: [/numpy 2 is there/, /E_NUMPY_2/] },
  'Blackwell that nvidia-smi does not tell': {
    driver: 'driver-470-compat',
    torch: { devices: [card('NVIDIA B200', [10, 0], 190)] },
    broken: ['architecture', 'E_TORCH_ARCHITECTURE'],
    says: [
      /NVIDIA B200 has capability 10\.0, and torch 2\.1\.2\+cu121 is built for sm_50/,
      /profile current, whose torch 2\.\d+\.\d has code for it/,
      /env:remote --set remote\.profile=current/,
    ],
  },
  'Kepler that nvidia-smi does not tell': {
    driver: 'driver-470-compat',
    torch: { devices: [card('Tesla K40', [3, 5], 12)] },
    broken: ['architecture', 'E_TORCH_ARCHITECTURE'],
    says: [/use a newer card/],
  },
  'an environment that was made before the card': {
    driver: 'rtx-5090',
    torch: { devices: [card('NVIDIA GeForce RTX 5090', [12, 0], 34)] },
    broken: ['architecture', 'E_TORCH_ARCHITECTURE'],
    says: [/profile current, whose torch/, /env:remote --set remote\.profile=current/],
  },
  'a card of today under the torch of today': {
    driver: 'rtx-5090',
    torch: {
      version: '2.10.0+cu128',
      cuda: '12.8',
      arch: 'sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120',
      devices: [card('NVIDIA GeForce RTX 5090', [12, 0], 34)],
    },
    says: [/torch 2\.10\.0\+cu128 built for CUDA 12\.8/, /12\.0 runs on sm_70/, /fits with/],
  },
  'a minor version that is older than the build': { torch: { arch: 'sm_80 sm_89' }, says: [/8\.6 runs on sm_80/] },
  'PTX for every later card': { torch: { arch: 'sm_50 compute_70' }, says: [/compute_70/] },
  'a wrong product in fp32': {
    torch: { fault: { matmul_float32: 'wrong' } },
    broken: ['matmul', 'E_GPU_MATMUL'],
    says: [/wrong in float32 on GPU 0/, /sudo reboot/],
  },
  'a wrong product in bf16': {
    torch: { fault: { matmul_bfloat16: 'wrong' } },
    broken: ['matmul', 'E_GPU_MATMUL'],
    says: [/wrong in bfloat16 on GPU 0/],
  },
  'a kernel that is not there': {
    torch: { fault: { matmul_float32: 'CUDA error: no kernel image is available for execution on the device' } },
    broken: ['matmul', 'E_TORCH_ARCHITECTURE'],
    says: [/no code for this GPU/],
  },
  'an illegal access': {
    torch: { fault: { synchronize: 'CUDA error: an illegal memory access was encountered' } },
    broken: ['matmul', 'E_GPU_MATMUL'],
    says: [/illegal memory access/],
  },
  'a full card': {
    torch: { fault: { synchronize: 'CUDA out of memory. Tried to allocate 20.00 MiB' } },
    broken: ['matmul', 'E_GPU_BUSY'],
    says: [/no memory left/],
  },
  'a card that another holds alone by now': {
    torch: { fault: { synchronize: 'CUDA error: all CUDA-capable devices are busy or unavailable' } },
    broken: ['matmul', 'E_GPU_BUSY'],
    says: [/another program uses the GPU exclusively/, /sudo nvidia-smi -c DEFAULT/],
  },
  'a crash': {
    torch: { fault: { matmul_float32: 'crash' } },
    broken: ['matmul', 'E_GPU_PROBE_CRASHED'],
    says: [/Python ended at `matmul` \(a signal\)/],
  },
  'an abort': {
    torch: { fault: { matmul_float32: 'exit' } },
    broken: ['matmul', 'E_GPU_PROBE_CRASHED'],
    says: [/exit code 134\): Aborted by the library/],
  },
  'no scipy': {
    torch: { fault: { bitsandbytes_import: "No module named 'scipy'" } },
    broken: ['bitsandbytes', 'E_SCIPY_MISSING'],
    says: [/imports scipy without declaring it/],
  },
  'two libcudart': {
    torch: { fault: { bitsandbytes_import: 'CUDA Setup failed despite GPU being available. Found duplicate libcudart.so' } },
    broken: ['bitsandbytes', 'E_BITSANDBYTES'],
    says: [/libcudart/, /unset LD_LIBRARY_PATH/],
  },
  'a library for the CPU': {
    torch: { fault: { quantize: 'CUDA Setup failed: libbitsandbytes_cpu.so' } },
    broken: ['bitsandbytes', 'E_BITSANDBYTES'],
    says: [/libbitsandbytes_cpu/],
  },
  'wrong weights in 4 bits': {
    torch: { fault: { dequantize: 'wrong' } },
    broken: ['bitsandbytes', 'E_BITSANDBYTES'],
    says: [/nf4 is wrong on GPU 0: weights off by 0\.[78]/],
  },
  'a wrong product in 4 bits': {
    torch: { fault: { matmul_4bit: 'wrong' } },
    broken: ['bitsandbytes', 'E_BITSANDBYTES'],
    says: [/a product off by/],
  },
  'no 4 bits, no bitsandbytes': {
    driver: 'h100',
    torch: { devices: [h100], fault: { bitsandbytes_import: 'broken' } },
    sets: ['training.quantization.load_in_4bit=false'],
    says: [/not needed: `quantization.load_in_4bit` is false/, /fits with/],
  },
  'a card in use': {
    driver: 'busy',
    torch: { devices: [{ ...card('NVIDIA A100-SXM4-40GB', [8, 0], 42.9), free: 9.4e9 }] },
    broken: ['memory', 'E_GPU_BUSY'],
    says: [/by \/opt\/conda\/bin\/python \(pid 4242/, /let the others end/],
  },
  'a MIG device, measured': {
    driver: 'a100-mig',
    torch: { devices: [card('NVIDIA A100-SXM4-80GB MIG 3g.40gb', [8, 0], 42.3)] },
    says: [/fits with 20\.8 GB to spare/],
  },
  'a MIG device that is too small, measured': {
    driver: 'a100-mig-small-first',
    torch: { devices: [card('NVIDIA A100-SXM4-80GB MIG 1g.10gb', [8, 0], 10.2)] },
    broken: ['memory', 'E_GPU_MEMORY'],
    says: [/on GPU 0 \(NVIDIA A100-SXM4-80GB MIG 1g\.10gb\)/, /`export CUDA_VISIBLE_DEVICES=MIG-9f1b7a52-\S+` takes the part 3g\.40gb/],
  },
  'a card that is left out is not tried': {
    driver: 'mixed',
    torch: { devices: [card('GT 1030', [6, 1], 2), card('RTX 3090', [8, 6], 25)], fault: { 'cuda:0': 'must not be touched' } },
    says: [/GPU 0 \(NVIDIA GeForce GT 1030\) is left out/, /fits with 3\.\d GB to spare/],
  },
  'two cards': {
    driver: 'two-3090',
    torch: { devices: [card('A', [8, 6], 25), card('B', [8, 6], 9)] },
    says: [/on GPU 1: needs 21\.5 GB of 9 GB/],
  },
};

/** What torch says where CUDA does not begin, by the number of the error: each has a cause and a cure of its own. */
const ofCuda = (number: number, said: string) =>
  `Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error ${number}: ${said}`;
for (const [number, said, means, fix] of [
  [2, 'out of memory', /no memory for its context/, /ulimit -v unlimited/],
  [34, 'CUDA driver is a stub library', /the one for linking/, /stubs/],
  [36, 'API call is not supported in the installed CUDA driver', /older than the library/, /525\.60\.13/],
  [100, 'no CUDA-capable device is detected', /given no card/, /\/dev\/nvidia0/],
  [101, 'invalid device ordinal', /a card that is not there/, /nvidia-smi -L/],
  [304, 'OS call failed or operation not supported on this OS', /nvidia-uvm/, /nvidia-modprobe -u/],
  [802, 'system not yet initialized', /NVSwitch/, /fabricmanager/],
  [803, 'system has unsupported display driver / cuda driver combination', /different versions/, /ldconfig -p/],
  [804, 'forward compatibility was attempted on non supported HW', /compatibility library/, /cuda-compat/],
  [805, 'MPS client failed to connect to the MPS control daemon or the MPS server', /daemon does not answer/, /nvidia-cuda-mps-control -d/],
  [807, 'the MPS server is not ready to accept new MPS client requests', /MPS server/, /echo quit/],
  [999, 'unknown error', /failed inside/, /modprobe -r nvidia_uvm/],
] as const) {
  table[`error ${number}`] = {
    torch: { available: false, reason: ofCuda(number, said) },
    broken: ['torch', 'E_TORCH_NO_GPU'],
    says: [means, fix],
  };
  test(`error ${number} is known by its words alone`, () => {
    assert.is(cudaErrorIn(`RuntimeError: CUDA error: ${said}`)?.number, number === 807 ? 806 : number);
  });
}
table['MPS at the first product'] = {
  torch: { fault: { synchronize: 'CUDA error: MPS client failed to connect to the MPS control daemon or the MPS server' } },
  broken: ['matmul', 'E_TORCH_NO_GPU'],
  says: [/nvidia-cuda-mps-control -d/],
};

const contextOn = (machine: FakeMachine, made: Pick<Expected, 'torch' | 'sets'>) => contextWithTorch(project, machine, made);

for (const [name, expected] of Object.entries(table))
  test(name, async () => {
    const machine = machineOfTranscript(expected.driver ?? 'rtx-3090');
    const finding = await gpuStep({ alone: true }).check(contextOn(machine, expected), 'full');
    const layers = finding.data?.layers as GpuLayer[];
    const text = [JSON.stringify(finding.table), ...Object.values(finding).filter((value) => typeof value === 'string')].join('\n');
    for (const pattern of expected.says) assert.match(text, pattern);
    const [layer, code] = expected.broken ?? [];
    assert.is(finding.state, layer ? 'blocked' : 'done', text);
    if (finding.state === 'blocked') assert.equal([layers.find(({ state }) => state === 'broken')?.name, finding.code], [layer, code]);
    if (layer) assert.ok(layers.slice(layers.findIndex((one) => one.name === layer) + 1).every(({ state }) => state === 'not reached'));
  });

test('a layer that hangs is ended at its limit and named', async () => {
  const context = contextOn(machineOfTranscript('rtx-3090'), { torch: { fault: { matmul_float32: 'hang' } } });
  const started = performance.now();
  const answers = await queryTorch(context, { python, prefix, types: ['float32'], quant: 'nf4', skip: [], limits: { matmul: 1 } });
  assert.ok(performance.now() - started < 10_000);
  const { layers } = torchLayers(answers, { version: '535.129.03', cuda: '12.2', choice });
  const last = layers.at(-1);
  assert.equal([last?.name, last?.state === 'broken' && last.code], ['matmul', 'E_GPU_PROBE_HUNG']);
});

test('a process that ends between two layers is no success', () => {
  const lines = [{ layer: 'torch', state: 'ok', version: '2.1.2', cuda: '12.1' } as const];
  const { layers } = torchLayers(
    { lines, exitCode: -1, timedOut: false, tail: '', skipped: [] },
    { version: undefined, cuda: '12.2', choice },
  );
  const last = layers.at(-1);
  assert.equal([last?.name, last?.state === 'broken' && last.code], ['architecture', 'E_GPU_PROBE_CRASHED']);
});

test('without torch the environment says so', async () => {
  const context = contextOn(machineOfTranscript('rtx-3090'), {});
  delete process.env.PYTHONPATH;
  const { layers } = torchLayers(await queryTorch(context, { python, prefix, types: [], quant: 'nf4', skip: [] }), {
    version: undefined,
    cuda: undefined,
    choice,
  });
  assert.equal([layers[0]?.name, layers[0]?.state === 'broken' && layers[0].found], ['torch', 'the environment has no torch']);
});

test.run();
