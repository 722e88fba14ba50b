export { email, slack, stdout, webhook } from '../pipeline/kinds/notifiers.js';
