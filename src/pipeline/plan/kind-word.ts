import type { StepKind } from '../../contracts/plan.js';

/** How people read the kind of a step: plans of all versions call an approval a gate. */
export const kindWord = (kind: StepKind): string => (kind === 'gate' ? 'approval' : kind);
