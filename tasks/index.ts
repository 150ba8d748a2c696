export type { Context, Environment } from './core/context';
export { UserError } from './core/errors';
export type { Action, Depth, Finding, Item, Progress, Step } from './core/step';
export { defineTask, type LoraTask, type TaskDefinition } from './core/task';
export { mkdirsTask } from './mkdirs';
export { registerTasks } from './register';
export { setupTask, together } from './setup';
export { setupLocalTask } from './setup-local';
export { storageTask } from './storage';
