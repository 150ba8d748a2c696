/** The environment that a task is about: data work on a laptop, training on a GPU machine. */
export type Environment = 'local' | 'remote';
