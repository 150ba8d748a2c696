export * from './appending';
export * from './moving';
export { narrow } from './private';
export * from './reading';
export * from './writing';
