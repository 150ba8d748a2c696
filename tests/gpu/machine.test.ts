import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { installDriver, startWithGpu, updateDriver } from '../../tasks/gpu/driver/install-driver';
import { type GpuMachine, machineOf } from '../../tasks/gpu/driver/machine';
import { noCard } from '../../tasks/gpu/layers/no-card';
import { thisHost } from '../../tasks/platform';
import { temporaryFolder } from '../support/project';

const test = suite('gpu: the machine, and what helps on it');

/** A machine as its files and variables tell. */
function machine(files: Record<string, string>, env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux'): GpuMachine {
  const root = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  return machineOf({ ...thisHost(), env, platform, arch: 'arm64', systemRoot: root });
}

test('containers by what they leave', () => {
  assert.is(machine({}).container, undefined);
  assert.is(machine({ '.dockerenv': '' }).container, 'docker');
  assert.is(machine({ 'run/.containerenv': '' }).container, 'docker');
  assert.is(machine({ '.dockerenv': '' }, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }).container, 'kubernetes');
  assert.is(machine({}, { APPTAINER_CONTAINER: '/image.sif' }).container, 'apptainer');
  assert.is(machine({}, { SINGULARITY_CONTAINER: '/image.sif' }).container, 'apptainer');
});

test('the distribution and the driver in the kernel', () => {
  const { distribution, kernelModule } = machine({
    'etc/os-release': 'NAME="Ubuntu"\nID=ubuntu\n',
    'proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19\n',
  });
  assert.equal([distribution, kernelModule], ['ubuntu', '535.129.03']);
  assert.is(
    machine({ 'proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release' }).kernelModule,
    '550.54.15',
  );
});

const machines: readonly [what: string, machine: GpuMachine, code: string, found: RegExp, fix: RegExp][] = [
  ['a Mac of today', machine({}, {}, 'darwin'), 'E_GPU_APPLE', /Apple GPU \(MPS\)/, /setup:remote.*\n.*--no-gpu/],
  ['an older Mac', { ...machine({}, {}, 'darwin'), arch: 'x64' }, 'E_GPU_APPLE', /this Mac has no CUDA/, /--no-gpu/],
  ['a Jetson', machine({ 'proc/device-tree/model': 'NVIDIA Jetson Nano\0' }), 'E_GPU_JETSON', /this is NVIDIA Jetson Nano/, /--no-gpu/],
  ['AMD', machine({ 'dev/kfd': '' }), 'E_GPU_AMD', /AMD one \(\/dev\/kfd\)/, /--no-gpu/],
  ['nothing', machine({}), 'E_GPU_NONE', /on this machine/, /^`npx just setup:remote` on a machine with one\n/],
  ['a container', machine({ '.dockerenv': '' }), 'E_GPU_NONE', /on this container/, /^start the container with `docker run --gpus all …`/],
];
for (const [what, one, code, found, fix] of machines)
  test(`${what} has no card for this training`, () => {
    const fault = noCard(one);
    assert.is(fault.code, code);
    assert.match(fault.found, found);
    assert.match(fault.fix, fix);
  });

test('each distribution has its own command, each container its own way', () => {
  const on = (distribution: string, more: Partial<GpuMachine> = {}): GpuMachine => ({ ...machine({}), distribution, ...more });
  assert.match(installDriver(on('ubuntu')), /^`sudo ubuntu-drivers install --gpgpu`, then `sudo reboot`$/);
  assert.match(installDriver(on('debian')), /apt install nvidia-driver/);
  assert.match(installDriver(on('fedora')), /dnf install akmod-nvidia/);
  assert.match(installDriver(on('arch')), /pacman -S nvidia/);
  assert.match(installDriver(on('gentoo')), /driver of branch 580 from your distribution/);
  assert.match(installDriver(on('ubuntu', { wsl: true })), /in Windows, never in WSL/);
  assert.match(installDriver(on('ubuntu', { container: 'kubernetes' })), /nvidia\.com\/gpu: 1/);
  assert.match(startWithGpu('apptainer'), /apptainer exec --nv/);
  assert.match(updateDriver(on('debian'), '525.60.13'), /install driver 525\.60\.13 or newer, then `sudo reboot`/);
  assert.match(updateDriver(on('ubuntu'), '525.60.13'), /ubuntu-drivers/);
  assert.match(updateDriver(on('ubuntu', { container: 'docker' }), '525.60.13'), /machine that runs the container/);
  assert.match(updateDriver(on('ubuntu', { wsl: true }), '527.41'), /wsl --shutdown/);
});

test.run();
