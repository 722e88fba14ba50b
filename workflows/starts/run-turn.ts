import { setCurrentDetails } from '@temporalio/workflow';
import type { Plan } from '../../src/contracts/plan.js';
import { whenAdmitted } from './await-admission.js';
import type { RunView } from '../run/run-messages.js';
import { runOptions } from '../run/run-options.js';

const DEFAULT_PRIORITY = 3;

/** Waits before the first step of a pipeline with a limit on its runs. Other runs begin at once. */
export function inTurn<T>(run: RunView, plan: Plan, work: () => Promise<T>): Promise<T> {
  const limit = plan.concurrency?.runs ?? null;
  if (limit === null) return work();
  const { priority = plan.priority ?? DEFAULT_PRIORITY, team = plan.team ?? '' } = runOptions();
  const describe = (waitingFor: string | null): void => {
    run.waitingFor = waitingFor;
    setCurrentDetails(waitingFor === null ? '' : `waits for ${waitingFor}`);
  };
  return whenAdmitted({ kind: 'pipeline', name: plan.pipeline, limit, part: '', weight: 1, priority, team, describe }, work);
}
