import { bless } from '../src/evaluation/bless.js';
import { evaluate } from '../src/evaluation/evaluate.js';

/** Operations of the evaluate stage by name: the infra check, then metrics and gate. */
export const evaluateOperations = { bless, evaluate };
