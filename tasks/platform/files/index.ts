export * from './appending';
export * from './moving';
export { narrow, widen } from './private';
export * from './reading';
export * from './writing';
