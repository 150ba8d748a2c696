export { type EnvironmentDefinition, localEnvironment, targetOf } from './definition';
export { lockStep } from './lock-step';
export { environmentStep } from './step';
export { installedSummary } from './summary';
