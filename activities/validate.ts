import { validate } from '../src/validation/validate.js';

/** Operations of the validate stage by name. */
export const validateOperations = { validate };
