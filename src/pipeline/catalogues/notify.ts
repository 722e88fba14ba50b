export { email, slack, stdout, webhook } from '../options/notifiers.js';
