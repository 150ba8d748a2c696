import * as v from 'valibot';

const text = (what: string, fallback: string) =>
  v.optional(v.pipe(v.string(), v.minLength(1), v.regex(/^[^\0]+$/, 'text without NUL'), v.description(what)), fallback);
const place = (what: string) =>
  v.optional(v.pipe(v.nullable(v.pipe(v.string(), v.minLength(1), v.regex(/^[^\0]+$/, 'text without NUL'))), v.description(what)), null);
const oneOf = <const T extends readonly [string, ...string[]]>(what: string, values: T, fallback: T[number]) =>
  v.optional(v.pipe(v.picklist(values), v.description(what)), fallback);

/** The training environment and the GPU that it is for. */
export const remoteEnvironment = v.optional(
  v.pipe(
    v.strictObject({
      profile: oneOf(
        'Which versions: as-asked, compat, or as-asked where every model of the settings loads under it, else compat',
        ['auto', 'as-asked', 'compat'],
        'auto',
      ),
      engine: oneOf('Who makes the environment: conda, venv, or conda where one is found', ['auto', 'conda', 'venv'], 'auto'),
      gpu: oneOf('Is a machine without a usable GPU an error?', ['required', 'optional'], 'required'),
      conda: place('Path of conda, mamba or micromamba; null looks for one'),
      prefix: place("Folder of the conda environment; null is the environment's name among conda's own"),
      path: text('Folder of the environment with engine venv', '.venv-remote'),
    }),
    v.description('The training environment and its GPU'),
  ),
  {} as never,
);
