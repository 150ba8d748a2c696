import { cudaErrorIn } from '../../knowledge/cuda-errors';
import { oneLine } from '../../untrusted/text';
import { repair } from '../fixes';
import type { LayerFault } from '../layer';
import type { ProbeLine } from './query-torch';

/** Why the card fails at work: the matrices do not come out, or it says no. */
export function kernelFault({ kind, text = 'it failed without a word' }: ProbeLine): LayerFault {
  if (/no kernel image is available/i.test(text))
    return {
      code: 'E_TORCH_ARCHITECTURE',
      found: `torch has no code for this GPU: ${oneLine(text)}`,
      needed: 'a build of torch for this card',
      fix: repair,
    };
  if (/out of memory/i.test(text))
    return {
      code: 'E_GPU_BUSY',
      found: `the GPU has no memory left: ${oneLine(text)}`,
      needed: 'a few hundred MB for the check',
      fix: 'let the others end (`nvidia-smi` shows them)',
    };
  if (/busy or unavailable/i.test(text))
    return {
      code: 'E_GPU_BUSY',
      found: 'another program uses the GPU exclusively',
      needed: 'compute mode Default, or nobody else',
      fix: '`sudo nvidia-smi -c DEFAULT`',
    };
  // What keeps CUDA from beginning is told as where torch sees no card.
  const error = kind === 'wrong' ? undefined : cudaErrorIn(text);
  if (error)
    return {
      code: 'E_TORCH_NO_GPU',
      found: `the GPU cannot be used: ${oneLine(text)}; ${error.means}`,
      needed: 'a product of two matrices on the GPU',
      fix: error.fix,
    };
  return {
    code: 'E_GPU_MATMUL',
    found: kind === 'wrong' ? text : `the GPU fails at a product of two matrices: ${oneLine(text)}`,
    needed: 'the exact result',
    fix: '`sudo reboot`\nif it fails again: `nvidia-smi -q` and `sudo dmesg | grep -i xid` say what is wrong with the card',
  };
}

/** Why bitsandbytes fails in 4 bits, where the text is no breakage that is known. */
export function bitsandbytesFault({ text = 'it failed without a word' }: ProbeLine): LayerFault {
  return {
    code: 'E_BITSANDBYTES',
    found: `bitsandbytes fails in 4 bits: ${oneLine(text)}`,
    needed: 'a 4-bit product on the GPU that is right',
    fix: /libcudart|CUDA Setup|libbitsandbytes/i.test(text) ? '`unset LD_LIBRARY_PATH BNB_CUDA_VERSION`, then `npx just gpu`' : repair,
  };
}
