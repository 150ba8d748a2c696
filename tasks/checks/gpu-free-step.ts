import * as path from 'node:path';
import { plural, some } from '../common/format';
import type { Context } from '../engine/context';
import type { Finding, Step } from '../engine/step';
import { type Installed, recordedFiles } from '../environments/prefix/dist-info';
import { pythonIn } from '../environments/prefix/prefix';
import { packagesIn, sitePackagesFor } from '../environments/prefix/site-packages';
import { localEnvironment, targetOf } from '../environments/venv';
import { absent } from './environment';

/** Packages that are of no use without a GPU, by their names in the package index. */
const gpuNames =
  /^(nvidia-.+|cuda-.+|cupy(-.+)?|pycuda|numba-cuda|triton|pytorch-triton.*|bitsandbytes|flash-attn|xformers|deepspeed|apex|nccl.*|tensorrt.*|jax-cuda.*|jax-rocm.*|amdsmi|rocm-.*|hip-.*|.+-(gpu|cuda|cu\d+|rocm\d*)|(cudf|cuml|cugraph|rmm|pylibraft)(-.+)?)$/;

/** Builds of packages that also come without: `2.1.0+cu121`, `+rocm5.6`. */
const gpuVersion = /\+(cu\d+|rocm[\d.]*|xpu)/;

/** Libraries of CUDA and ROCm inside of other packages. */
const gpuFile =
  /(^|\/)(lib)?(cudart|cublas(Lt)?|cudnn|cufft|curand|cusolver|cusparse|nccl|nvrtc|nvToolsExt|torch_cuda|torch_hip|c10_cuda|amdhip64)[\w.-]*\.(so|dll|dylib)/;

/** The environment of the data work runs on any laptop: nothing of CUDA or a GPU is in it. */
export const gpuFreeStep: Step = {
  name: 'gpu-free',
  title: 'Check for GPU packages',
  async check(context, depth): Promise<Finding> {
    const definition = localEnvironment(context);
    const folder = targetOf(context, definition);
    if (!context.host.files.stat(pythonIn(context.host, folder))) return absent(definition);
    const sitePackages = sitePackagesFor(context.host, folder, definition.pythonVersion);
    const packages = packagesIn(context.host, sitePackages);
    const wrong = packages.flatMap((one) => {
      const why = gpuSign(one) ?? (depth === 'full' ? gpuFileOf(context, sitePackages, one) : undefined);
      return why ? [{ name: one.name, version: one.version, why }] : [];
    });
    if (wrong.length === 0)
      return { state: 'done', found: `none of ${plural(packages.length, 'package')} is for CUDA or a GPU`, data: { gpuPackages: [] } };
    return {
      state: 'blocked',
      code: 'E_GPU_PACKAGE',
      found: `${plural(wrong.length, 'package')} for a GPU: ${some(wrong.map(({ name, why }) => `${name} (${why})`))}`,
      needed: 'an environment for the data work without CUDA or GPU packages',
      fix: `take what brings them out of \`${definition.requirements}\`, then \`npx just ${definition.task}\``,
      data: { gpuPackages: wrong },
    };
  },
};

/** Why a package is one for a GPU, by its name or version; `undefined` where it is none. */
export function gpuSign({ name, version }: Pick<Installed, 'name' | 'version'>): string | undefined {
  if (gpuNames.test(name)) return 'by its name';
  const build = gpuVersion.exec(version)?.[0];
  return build ? `build ${build}` : undefined;
}

function gpuFileOf({ host }: Context, sitePackages: string, { entry }: Installed): string | undefined {
  const record = host.files.readText(path.join(sitePackages, entry, 'RECORD'));
  const file = record && recordedFiles(record).find((each) => gpuFile.test(each.file))?.file;
  return file ? `holds ${path.posix.basename(file)}` : undefined;
}
