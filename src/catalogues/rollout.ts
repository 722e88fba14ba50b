/** Ways to hand traffic to a new version, for `p.deploy`. */
export { canary } from '../rollout/rollouts.js';
