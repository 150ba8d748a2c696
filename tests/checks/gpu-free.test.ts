import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gpuSign } from '../../tasks/checks/gpu-free-step';

const test = suite('packages for a GPU');

const theirs = [
  ['nvidia-cublas-cu12', '12.1.3.1'],
  ['nvidia-ml-py', '12.0'],
  ['cuda-python', '12.1'],
  ['cupy-cuda12x', '13.0'],
  ['cupy', '13.0'],
  ['triton', '2.1.0'],
  ['bitsandbytes', '0.41.0'],
  ['flash-attn', '2.5'],
  ['xformers', '0.0.22'],
  ['faiss-gpu', '1.7.2'],
  ['onnxruntime-gpu', '1.16'],
  ['tensorflow-gpu', '2.12'],
  ['jax-cuda12-plugin', '0.4'],
  ['cudf-cu12', '24.2'],
  ['torch', '2.1.0+cu121'],
  ['torch', '2.1.0+rocm5.6'],
];
const free = [
  ['torch', '2.1.0+cpu'],
  ['torch', '2.1.0'],
  ['pandas', '2.1.3'],
  ['pyarrow', '14.0.2'],
  ['faiss-cpu', '1.7.2'],
  ['numba', '0.58'],
  ['tritonclient', '2.0'],
  ['cudatext', '1.0'],
  ['hip', '1.0'],
  ['accelerate', '0.25.0'],
];

for (const [name = '', version = ''] of theirs) test(`${name} ${version} is one`, () => assert.ok(gpuSign({ name, version })));
for (const [name = '', version = ''] of free) test(`${name} ${version} is none`, () => assert.is(gpuSign({ name, version }), undefined));

test.run();
