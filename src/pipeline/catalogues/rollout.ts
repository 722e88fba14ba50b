export { canary } from '../kinds/rollout.js';
