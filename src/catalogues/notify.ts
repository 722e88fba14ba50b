/** Receivers of notices, for the `hooks` of a pipeline. */
export { email } from '../notices/notifiers/email.js';
export { slack } from '../notices/notifiers/slack.js';
export { stdout } from '../notices/notifiers/stdout.js';
export { webhook } from '../notices/notifiers/webhook.js';
