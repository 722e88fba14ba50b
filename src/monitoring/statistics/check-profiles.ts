import { checkCall } from '../../errors/check-call.js';
import { made } from '../../errors/kinds.js';

const aProfile = made(
  'the profile of a column',
  ({ type, count, nulls }) =>
    (type === 'numeric' || type === 'category') && typeof count === 'number' && typeof nulls === 'number',
);

/** @throws PipelineError `AUTHORING_OPTION_INVALID`. */
export function checkProfiles(call: string, reference: unknown, current: unknown): void {
  checkCall(call, { reference, current }, { reference: aProfile, current: aProfile });
}
