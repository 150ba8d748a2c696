/** Bytes of a package: what is fetched, and what it is unpacked. */
export interface Size {
  download: number;
  installed: number;
}

const MB = 1e6;
const size = (download: number, installed: number): Size => ({ download: download * MB, installed: installed * MB });

/** The large packages of the training environment, in MB: installed ones measured (RECORD), downloads rounded, with the 2.95 GB of the whole environment as their sum (measured). */
const large: Readonly<Record<string, Size>> = {
  torch: size(670, 1400),
  'nvidia-cudnn-cu12': size(732, 1184),
  'nvidia-cublas-cu12': size(411, 624),
  bitsandbytes: size(138, 408),
  triton: size(89, 289),
  'nvidia-nccl-cu12': size(210, 280),
  'nvidia-cusparse-cu12': size(196, 265),
  'nvidia-cusolver-cu12': size(124, 195),
  'nvidia-cufft-cu12': size(122, 195),
  pyarrow: size(38, 125),
  scipy: size(38, 119),
  'nvidia-curand-cu12': size(57, 99),
  'nvidia-nvjitlink-cu12': size(40, 96),
  numpy: size(18, 65),
  'nvidia-cuda-nvrtc-cu12': size(24, 64),
  'nvidia-cuda-cupti-cu12': size(14, 45),
  pandas: size(12, 43),
  transformers: size(10, 44),
  sympy: size(6, 27),
  tokenizers: size(3, 12),
};
const other = size(0.4, 2.5);

/** conda's half by its own names: pytorch with its CUDA libraries comes as a few large packages. */
const ofConda: Readonly<Record<string, Size>> = {
  pytorch: size(1400, 3200),
  'pytorch-cuda': size(1600, 3200),
  mkl: size(200, 700),
  python: size(25, 130),
};

/** What the packages of a lock take, together. */
export const sizeOf = (names: readonly string[]): Size => sum(names.map((name) => large[name] ?? other));
export const sizeOfConda = (names: readonly string[]): Size => sum(names.map((name) => ofConda[name] ?? other));

export function sum(sizes: readonly Size[]): Size {
  return sizes.reduce(
    (total, { download, installed }) => ({ download: total.download + download, installed: total.installed + installed }),
    {
      download: 0,
      installed: 0,
    },
  );
}
