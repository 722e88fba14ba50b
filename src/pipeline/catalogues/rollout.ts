export { canary } from '../options/rollout.js';
