import type { TrainerSpec } from '../contracts/stages/train.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { runOptionProblems } from '../kinds/check-options.js';
import type { TrainerKind } from './trainer-kind.js';

/** TRAINING_PARAMETER_INVALID lists every setting of a trainer that is missing, unknown or outside its range. */
export function checkSettings(kind: TrainerKind, { trainer, ...settings }: TrainerSpec): void {
  const problems = runOptionProblems(kind, settings).map(
    ({ option, expected, received }) => `${option} is ${received}, not ${expected}`,
  );
  if (problems.length === 0) return;
  throw new PipelineError('TRAINING_PARAMETER_INVALID', {
    what: problems.join('; '),
    where: `the trainer ${trainer}`,
    details: { problems },
  });
}
