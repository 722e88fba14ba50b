import type { ValidateOperations } from '../../src/contracts/stages/validate.js';
import { operationsOf } from './operation-calls.js';
import type { StageWorkflow } from './stage-host.js';

/** One pass of all checks. */
export const validateStage: StageWorkflow = (host) => operationsOf<ValidateOperations>(host).validate({});
