import { driverFor } from './torch';

/** An error of CUDA before any work is done: what it means on a machine, and what helps. */
export interface CudaError {
  number: number;
  /** As `cudaGetErrorString` says it, and what torch says where it has words of its own. */
  says: RegExp;
  means: string;
  fix: string;
}

/** By the CUDA of a torch. */
const leastDriver = (): string => `${driverFor('12.0')} (torch of CUDA 12) or ${driverFor('13.0')} (of CUDA 13)`;
const container = 'in a container';

/** Source: CUDA Runtime API, `cudaError_t`; CUDA Compatibility, "Frequently Asked Questions"; Multi-Process Service, "MPS errors". */
const errors = (): readonly CudaError[] => [
  {
    number: 2,
    says: /\bout of memory\b/i,
    means: 'there is no memory for its context: others hold the card, or this process may not have more address space',
    fix: 'let the others end (`nvidia-smi` shows them)\nwhere the card is free: `ulimit -v unlimited`, or a job with more memory',
  },
  {
    number: 34,
    says: /driver is a stub library/i,
    means: 'the `libcuda.so` that is found first is the one for linking, which does nothing',
    fix: 'take the folder that ends in `stubs` out of LD_LIBRARY_PATH: `unset LD_LIBRARY_PATH`\n`ldconfig -p | grep libcuda.so.1` must name the one of the driver',
  },
  {
    number: 36,
    says: /API call is not supported in the installed CUDA driver/i,
    means: 'the driver is older than the library that calls it',
    fix: `update the driver to ${leastDriver()} or newer, then \`sudo reboot\`\n${container}: remove the package \`cuda-compat\`, or update the driver of its machine`,
  },
  {
    number: 35,
    says: /too old|driver version is insufficient/i,
    means: 'the driver is too old for the CUDA of this torch',
    fix: `update the driver to ${leastDriver()} or newer, then \`sudo reboot\``,
  },
  {
    number: 46,
    says: /busy or unavailable/i,
    means: 'another program holds the card alone',
    fix: '`sudo nvidia-smi -c DEFAULT` allows several programs\n`nvidia-smi` shows which program has the card in exclusive mode',
  },
  {
    number: 100,
    says: /no CUDA-capable device is detected/i,
    means: 'CUDA is given no card: by CUDA_VISIBLE_DEVICES, by the container, or by the job',
    fix: '`unset CUDA_VISIBLE_DEVICES`, and `ls -l /dev/nvidia0 /dev/nvidiactl` must show both\nin a container: start it with its card (`docker run --gpus all …`); in a job: ask for one (`--gres=gpu:1`)',
  },
  {
    number: 101,
    says: /invalid device ordinal/i,
    means: 'CUDA_VISIBLE_DEVICES or the program names a card that is not there',
    fix: '`unset CUDA_VISIBLE_DEVICES`, or name a card by the UUID that `nvidia-smi -L` prints',
  },
  {
    number: 304,
    says: /OS call failed or operation not supported/i,
    means: 'the system keeps a file of the driver from this process, most often `/dev/nvidia-uvm`',
    fix: '`sudo nvidia-modprobe -u -c=0` makes `/dev/nvidia-uvm`; `ls -l /dev/nvidia*` must show it readable\nin a container: start it again with `docker run --gpus all …`',
  },
  {
    number: 802,
    says: /system not yet initialized/i,
    means: 'the cards of an NVSwitch wait for their manager',
    fix: '`sudo systemctl enable --now nvidia-fabricmanager`: cards on an NVSwitch wait for it',
  },
  {
    number: 803,
    says: /unsupported display driver/i,
    means: '`libcuda.so` and the driver in the kernel are of different versions',
    fix: "`sudo reboot` after an update of the driver\nif that does not help: `ldconfig -p | grep libcuda.so.1` names a library that is not the driver's; remove it, and `unset LD_LIBRARY_PATH`",
  },
  {
    number: 804,
    says: /forward compatibility/i,
    means: 'a compatibility library is used on a card that it does not serve',
    fix: '`unset LD_LIBRARY_PATH`\nif that does not help: remove the package `cuda-compat`, which is for data center cards alone',
  },
  {
    number: 805,
    says: /MPS client failed to connect/i,
    means: 'programs are to share the card through MPS, and its daemon does not answer',
    fix: '`nvidia-cuda-mps-control -d` starts it\nto go on without MPS: `unset CUDA_MPS_PIPE_DIRECTORY`, and `echo quit | nvidia-cuda-mps-control` as the user who started it',
  },
  ...[806, 807, 808, 809, 810].map((number) => ({
    number,
    says: /\bMPS (server|client|daemon)|the maximum number of (clients|connections)/i,
    means: 'the MPS server that shares the card fails, or is full',
    fix: '`echo quit | nvidia-cuda-mps-control`, then `nvidia-cuda-mps-control -d`, both as the user who started it',
  })),
  {
    number: 999,
    says: /unknown error|initialization error/i,
    means: 'the driver failed inside',
    fix: '`sudo modprobe -r nvidia_uvm && sudo modprobe nvidia_uvm`\nif that does not help: `sudo reboot`',
  },
];

/** The error of CUDA that a text tells: by its number, else by its words. */
export function cudaErrorIn(text: string): CudaError | undefined {
  const number = Number(/\bError (\d{1,4})\b/i.exec(text)?.[1]);
  return errors().find((error) => error.number === number) ?? errors().find(({ says }) => says.test(text));
}
