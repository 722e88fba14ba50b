/** Receivers of notices, for the `hooks` of a pipeline. */
export { email, slack, stdout, webhook } from '../notices/notifiers.js';
