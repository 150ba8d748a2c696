/** The kind of a conda-like program, and its version, from `--version`. */
export interface CondaVersion {
  kind: 'conda' | 'mamba' | 'micromamba';
  /** Empty where it did not say. */
  version: string;
}

/**
 * conda says `conda 24.11.1` (4.3 on stderr), mamba 1 `mamba 1.5.8` above `conda 23.11.0`, mamba 2 and micromamba
 * the number alone.
 * @param program the name of the executable
 */
export function condaVersion(program: string, said: string): CondaVersion {
  const number = (before: string) =>
    new RegExp(`^${before}\\s{0,20}(\\d{1,9}(?:\\.\\d{1,9}){1,5}[\\w.+-]{0,40})`, 'm').exec(said.slice(0, 10_000))?.[1];
  const mamba = number('mamba');
  if (mamba) return { kind: 'mamba', version: mamba };
  const conda = number('conda');
  if (conda) return { kind: 'conda', version: conda };
  const alone = number('') ?? '';
  if (/micromamba/.test(program)) return { kind: 'micromamba', version: alone };
  return { kind: /mamba/.test(program) ? 'mamba' : 'conda', version: alone };
}
