import { oneOf, section } from './values';

/** `setup.data`: what is held of the rows that a training gets. */
export const data = section('The look at the training data', {
  gate: oneOf(
    'What is wrong with the data, in validate, setup:local, sync:push and train: warn tells it, block stops there',
    ['warn', 'block'],
    'warn',
  ),
});
