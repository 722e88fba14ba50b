import {
  CancellationScope,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
  setWorkflowOptions,
} from '@temporalio/workflow';
import type { AdmissionInput, AdmissionRequest, AdmissionView } from '../../src/contracts/entities/admission.js';
import type { ControlActivities } from '../../src/contracts/run/control.js';
import { ask, emptyAdmission, grant, hasRoom, leave, used, viewOf } from './admission-policy.js';
import { localActivities } from '../temporal/local-activities.js';
import { askProblems, namesRequest, pickRequest } from '../messages/admission.js';
import { runEntity } from './entity-loop.js';
import { createRunLength } from './run-length.js';
import { versioned } from '../temporal/versioning.js';
import { reasonOf } from '../../src/errors/describe-thrown.js';

/** When runs that began before `bounded` went on as new. */
const MAX_SIGNALS_BEFORE = 1_000;
const DEFAULT_CHECK_MS = 30_000;

const { describeRun } = localActivities<Pick<ControlActivities, 'describeRun'>>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 3 },
});

export type AskSignal = { readonly request: AdmissionRequest; readonly limit: number };

const askSignal = defineSignal<[AskSignal]>('ask');
const leaveSignal = defineSignal<[{ readonly id: string }]>('leave');
const statusQuery = defineQuery<AdmissionView>('status');

/**
 * Keeps the limit of a pool (`perennial/pool/<name>`) or of the runs of a pipeline (`perennial/pipeline/<name>`) over all workers. Requests come by
 * signal and are admitted by the signal `admitted`. The weight of a run that is gone goes to others. Continues as new by itself and loses nothing.
 */
export function admission({ limit, checkMs = DEFAULT_CHECK_MS, ...input }: AdmissionInput): Promise<never> {
  let state = input.state ?? emptyAdmission(limit);
  const length = createRunLength(
    (signals) => (signals >= MAX_SIGNALS_BEFORE || workflowInfo().continueAsNewSuggested) && !hasChanged(),
    input.longest,
  );
  let changed = true;
  let checkAtMs = Date.now() + checkMs;
  const again: AdmissionRequest[] = [...(input.again ?? [])];

  setHandler(
    askSignal,
    (signal) => {
      length.signal();
      const problems = askProblems(signal);
      if (problems.length > 0) {
        log.warn('a signal was left out, for it cannot be read', { signal: 'ask', problems: problems.join('; ') });
        return;
      }
      const { limit: newest } = signal;
      const request = pickRequest(signal.request);
      if (length.bounded && !hasRoom(state, request)) {
        // A requester without an answer asks again.
        log.warn('a request was left out, for too many wait', { id: request.id, waiting: state.queue.length });
        return;
      }
      changed = true;
      state = ask(state, request, newest);
      // A holder that asks again missed its admitted signal; send it again.
      if (state.holders.some(({ id }) => id === request.id)) again.push(request);
    },
    { description: 'Asks to be let in: {request: {id, workflowId, runId, weight, priority, team}, limit}' },
  );
  setHandler(
    leaveSignal,
    (signal) => {
      length.signal();
      if (!namesRequest(signal)) {
        log.warn('a signal was left out, for it names no request', { signal: 'leave' });
        return;
      }
      changed = true;
      state = leave(state, signal.id);
    },
    { description: 'Gives back what was let in, or asks no more: {id}' },
  );
  setHandler(statusQuery, () => viewOf(state), { description: 'The limit, who holds it, and who waits in which order' });

  return runEntity({
    length,
    // A run that began before looks after it has told, in `admitAndCheck`.
    mayContinue: () => length.isExceeded(),
    carry,
    due: admitAndCheck,
    step: () => ({ moved: hasChanged, untilMs: state.holders.length === 0 ? null : checkAtMs }),
  });

  async function admitAndCheck(): Promise<void> {
    changed = false;
    const { state: next, granted } = grant(state);
    state = next;
    setCurrentDetails(`${used(state)} of ${state.limit} in use, ${state.queue.length} waiting`);
    await Promise.all([...granted, ...again.splice(0)].map(tell));
    if (Date.now() >= checkAtMs) await checkHolders();
    if (!length.bounded && length.mayContinue()) await carry();
  }

  function carry(): Promise<never> {
    const paced = input.longest === undefined ? {} : { longest: input.longest };
    const untold = again.length === 0 ? {} : { again: [...again] };
    return continueAsNew<typeof admission>({ limit: state.limit, checkMs, ...paced, state, ...untold });
  }

  function hasChanged(): boolean {
    return changed || again.length > 0;
  }

  async function tell({ id, workflowId, runId }: AdmissionRequest): Promise<void> {
    try {
      await CancellationScope.nonCancellable(() => getExternalWorkflowHandle(workflowId, runId).signal('admitted', { id }));
    } catch (error) {
      log.info('who asked is gone', { id, error: reasonOf(error) });
      state = leave(state, id);
      changed = true;
    }
  }

  async function checkHolders(): Promise<void> {
    checkAtMs = Date.now() + checkMs;
    const runs = new Map(state.holders.map((holder) => [`${holder.workflowId}/${holder.runId}`, holder]));
    for (const { workflowId, runId } of runs.values()) {
      try {
        const { status } = await describeRun({ workflowId, runId });
        if (status === 'RUNNING') continue;
        for (const { id, ...holder } of state.holders) {
          if (holder.workflowId === workflowId && holder.runId === runId) state = leave(state, id);
        }
        changed = true;
      } catch (error) {
        if (isCancellation(error)) throw error;
        log.warn('the state of a run could not be looked up; it is looked up again', { workflowId, error: reasonOf(error) });
      }
    }
  }
}

// It outlives every build, so it moves to the current one.
setWorkflowOptions(versioned('AUTO_UPGRADE'), admission);
