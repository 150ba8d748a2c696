export * from './moving';
export * from './reading';
export * from './writing';
