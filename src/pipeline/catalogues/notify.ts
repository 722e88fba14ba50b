export { email, slack, stdout, webhook } from '../kinds/notifiers.js';
