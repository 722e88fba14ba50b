/** The door `perennial/testing`: run a pipeline in this process, without Temporal. */
export { runInProcess } from './run-in-process.js';
export type { InProcessOptions } from './run-in-process.js';
