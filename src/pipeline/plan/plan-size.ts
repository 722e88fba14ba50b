import type { PlanStep, StepKind } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { everyStep } from './every-step.js';

/** Each step leaves some events in the history of a run, and its state in every answer about it. */
const MOST_STEPS = 2_000;
/** The plan is one payload of the history, beside the parameters and the places of its steps: Temporal takes 2 MiB. */
const MOST_PLAN_CHARACTERS = 1.25 * 1024 ** 2;
/** Configuration of one step, in bytes of JSON, that a run has in its history; a longer one goes to the store by reference. */
export const CARRIED_CONFIG = 4 * 1024;
/** The workflow reads the configuration of these itself, whatever its length. */
export const READ_BY_WORKFLOW: ReadonlySet<StepKind> = new Set<StepKind>(['gate', 'deploy', 'loop', 'call', 'join']);

/** @throws PipelineError `AUTHORING_PLAN_TOO_LARGE` for more than 2,000 steps, those of bodies included, or for what one payload does not hold. */
export function checkPlanSize(pipeline: string, steps: readonly PlanStep[]): void {
  const all = everyStep(steps);
  const where = `pipeline "${pipeline}"`;
  if (all.length > MOST_STEPS) {
    throw new PipelineError('AUTHORING_PLAN_TOO_LARGE', {
      what: 'the pipeline has too many steps',
      where,
      expected: `at most ${MOST_STEPS}, those inside bodies included`,
      received: String(all.length),
      details: { steps: all.length, limit: MOST_STEPS },
    });
  }
  const sizes = all.map((step) => ({ id: step.id, characters: carriedCharacters(step) }));
  const total = sizes.reduce((sum, { characters }) => sum + characters, 0);
  if (total <= MOST_PLAN_CHARACTERS) return;
  const largest = sizes.reduce((most, size) => (size.characters > most.characters ? size : most));
  throw new PipelineError('AUTHORING_PLAN_TOO_LARGE', {
    what: 'the plan is too long for the history of a run',
    where,
    expected: `at most ${MOST_PLAN_CHARACTERS} characters of JSON`,
    received: `${total}, most of them, ${largest.characters}, of step "${largest.id}"`,
    details: { characters: total, limit: MOST_PLAN_CHARACTERS, step: largest.id },
  });
}

function carriedCharacters({ config, body, ...step }: PlanStep): number {
  const length = JSON.stringify(config).length;
  const carried = READ_BY_WORKFLOW.has(step.kind) ? length : Math.min(length, CARRIED_CONFIG);
  return JSON.stringify(step).length + carried + (body === undefined ? 0 : JSON.stringify(body.result).length);
}
