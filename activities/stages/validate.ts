import type { ValidateConfig, ValidateInputs, ValidateOperations } from '../../src/contracts/stages/validate.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { validate } from '../../src/validation/validate.js';

/** Operations of the validate stage by name. */
export const validateOperations: OperationCode<ValidateConfig, ValidateInputs, ValidateOperations> = { validate };
