import { defineTask, type LoraTask } from './cli/task';

/** Looks at the free space of each filesystem that the project uses. */
export function storageTask(): LoraTask {
  return defineTask({
    name: 'storage',
    description: 'Check the free space for data, models and adapters',
    details:
      'Free space is measured on each filesystem that the project uses, and what is already there counts. Thresholds: `storage` in configs/setup.yaml.',
    example: 'npx just storage --set storage.error_gb=10',
    onMachines: true,
    // Loaded when it is looked at: every start of just reads this file.
    items: () => [(require('./storage/storage-step') as typeof import('./storage/storage-step')).storageStep],
    depth: 'full',
    // It is what a full disk is looked at with.
    freesSpace: true,
  });
}
