export { canary } from '../pipeline/kinds/rollout.js';
