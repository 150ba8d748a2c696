import { oneOf, place, placeOrNull, section } from './values';

/** The training environment and the GPU that it is for. */
export const remoteEnvironment = section('The training environment and its GPU', {
  profile: oneOf(
    'Which versions: as-asked, compat, current, or the first of them that loads every model of the settings and runs on the cards and their driver',
    ['auto', 'as-asked', 'compat', 'current'],
    'auto',
  ),
  engine: oneOf('Who makes the environment: conda, venv, or conda where one is found', ['auto', 'conda', 'venv'], 'auto'),
  gpu: oneOf('Is a machine without a usable GPU an error?', ['required', 'optional'], 'required'),
  conda: placeOrNull('Path of conda, mamba or micromamba; null looks for one'),
  prefix: placeOrNull("Folder of the conda environment; null is the environment's name among conda's own"),
  path: place('Folder of the environment with engine venv', '.venv-remote'),
});
