export { type EnvironmentDefinition, localEnvironment, pythonIn, sitePackagesIn, targetOf } from './definition';
export { installedIn } from './installed';
export { lockStep } from './lock-step';
export { environmentStep } from './step';
export { installedSummary } from './summary';
