import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
  setWorkflowOptions,
} from '@temporalio/workflow';
import type { RunFinished } from '../../src/contracts/entities/continuous-training.js';
import type { ControlActivities } from '../../src/contracts/run/control.js';
import type { ChangeSignal, ChangeState, StartOnChangeInput, TriggerActivities } from '../../src/contracts/plan/triggers.js';
import { subjectPath } from '../../src/contracts/plan/triggers.js';
import {
  awaitedRuns,
  dropChange,
  initialChangeState,
  type NextRun,
  nextRuns,
  receiveChange,
  recordEnded,
  recordStarted,
  recordUnreadable,
  routeChanges,
} from './change-policy.js';
import { isChange, namesRun } from '../messages/changes.js';
import { runEntity, type Step } from './entity-loop.js';
import { createRunLength } from './run-length.js';
import { failureOf } from '../temporal/temporal-failure.js';
import { versioned } from '../temporal/versioning.js';

/** When runs that began before `bounded` went on as new. */
const MAX_SIGNALS_BEFORE = 1_000;
const MAX_EVENTS_BEFORE = 2_000;
const STARTS_AT_ONCE = 20;
const DEFAULT_RUN_CHECK_MS = 60_000;

/** A store or server that is away is waited for: a change must not be lost. */
const { readSubscriptions, prepareTriggeredRun, describeRun } = proxyActivities<TriggerActivities & ControlActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

const changedSignal = defineSignal<[ChangeSignal]>('changed');
const runFinishedSignal = defineSignal<[RunFinished]>('runFinished');
const statusQuery = defineQuery<ChangeState>('status');

/**
 * Starts the subscribed pipelines when its subject, a published data set or an alias of a model, changes: one per subject, id
 * `perennial/trigger/<kind>/<name>`. Every change is a number of the subject's log and starts at most one run of a pipeline, by the id
 * `<pipeline>/on/<subject>/<number>`; two projects in one namespace have each their own. Continues as new by itself and loses no signal.
 */
export function startOnChange(input: StartOnChangeInput): Promise<never> {
  const { subject, scope, runCheckMs = DEFAULT_RUN_CHECK_MS, longest } = input;
  const kept = { ...(scope === undefined ? {} : { scope }), ...(longest === undefined ? {} : { longest }) };
  const scoped = scope === undefined ? {} : { scope };
  let state = input.state ?? initialChangeState();
  const length = createRunLength((signals) => {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return signals >= MAX_SIGNALS_BEFORE || historyLength >= MAX_EVENTS_BEFORE || continueAsNewSuggested;
  }, longest);
  let lookAtMs = Date.now() + runCheckMs;

  setHandler(
    changedSignal,
    (signal) => {
      length.signal();
      if (isChange(signal)) state = receiveChange(state, signal.n);
      else log.warn('a signal was left out, for it names no change', { signal: 'changed' });
    },
    { description: 'The subject has changed: {n}, the number of the entry in its log' },
  );
  setHandler(
    runFinishedSignal,
    (finished) => {
      length.signal();
      if (namesRun(finished)) state = recordEnded(state, finished.workflowId);
      else log.warn('a signal was left out, for it names no run', { signal: 'runFinished' });
    },
    { description: 'A run that was started here reports its end' },
  );
  setHandler(statusQuery, () => state, { description: 'What came in, what waits, and what became of the newest changes' });

  return runEntity({ length, carry: () => continueAsNew<typeof startOnChange>({ subject, ...kept, runCheckMs, state }), step });

  function step(): Step {
    setCurrentDetails(details(state));
    if (state.arrived.length > 0) return { work: route(state.arrived) };
    const starts = nextRuns(state, STARTS_AT_ONCE);
    if (starts.length > 0) return { work: Promise.all(starts.map((next) => start(next))) };
    const awaited = awaitedRuns(state);
    if (awaited.length > 0 && Date.now() >= lookAtMs) return { work: look(awaited) };
    const seen = state;
    return { moved: () => state !== seen, untilMs: awaited.length === 0 ? null : lookAtMs };
  }

  async function route(arrived: readonly number[]): Promise<void> {
    try {
      const subscribers = await readSubscriptions({ subject });
      state = routeChanges(state, arrived, subscribers, now());
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { code, message } = failureOf(error);
      log.error('the subscriptions of the subject cannot be read; its changes start nothing', { code, message });
      state = routeChanges(state, arrived, [], now());
    }
  }

  async function start(next: NextRun): Promise<void> {
    try {
      const run = await prepareTriggeredRun({ subject, ...scoped, ...next });
      if (run === null) {
        state = dropChange(state, next);
        return;
      }
      await startChild(next.pipeline, {
        workflowId: run.workflowId,
        taskQueue: run.taskQueue,
        args: [run.parameters],
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        memo: { entity: workflowInfo().workflowId, trigger: run.trigger },
        staticSummary: run.trigger,
      });
      if (state.pipelines[next.pipeline]?.waiting.length === 1) lookAtMs = Date.now() + runCheckMs;
      state = recordStarted(state, next, run.workflowId, run.trigger, now());
    } catch (error) {
      if (isCancellation(error)) throw error;
      // The change came twice, and the entity forgot the first one in between.
      if (error instanceof WorkflowExecutionAlreadyStartedError) state = dropChange(state, next);
      else state = recordUnreadable(state, next, failureOf(error).message, now());
    }
  }

  async function look(awaited: readonly string[]): Promise<void> {
    lookAtMs = Date.now() + runCheckMs;
    for (const workflowId of awaited) {
      const { status } = await describeRun({ workflowId });
      if (status !== 'RUNNING') state = recordEnded(state, workflowId);
    }
  }

  function details({ received, started, pipelines, decisions }: ChangeState): string {
    const waiting = Object.values(pipelines).reduce((sum, queue) => sum + queue.waiting.length, 0);
    const rows = decisions
      .slice(-10)
      .map(
        ({ n, pipeline, decision, workflowId, reason }) =>
          `| ${String(n)} | ${pipeline} | ${decision} | ${workflowId ?? reason} |`,
      );
    return [
      `**${subjectPath(subject)}**: ${String(received)} changes, ${String(started)} runs started, ${String(waiting)} waiting`,
      '',
      '| change | pipeline | decision | run |',
      '|---:|---|---|---|',
      ...rows,
    ].join('\n');
  }
}

const now = (): string => new Date(Date.now()).toISOString();

// It outlives every build, so it moves to the current one.
setWorkflowOptions(versioned('AUTO_UPGRADE'), startOnChange);
