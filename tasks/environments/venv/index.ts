export { type EnvironmentDefinition, localEnvironment, targetOf } from './definition';
export { environmentStep } from './environment-step';
export { lockStep } from './lock-step';
export { installedSummary } from './summary';
