import type { JsonObject } from '../../src/contracts/json.js';
import type { RunIdentity } from '../../src/contracts/run.js';
import type { PlacedPlan } from '../steps/step-placement.js';

/** Whom steps are run for, and where. */
export type RunFrame = { readonly run: RunIdentity; readonly parameters: JsonObject; readonly placed: PlacedPlan };
