import {
  condition,
  continueAsNew,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type {
  ContinuousTrainingInput,
  ContinuousTrainingState,
  RetrainExplanation,
  RunFinished,
  TrainingSignal,
} from '../../src/contracts/entities/continuous-training.js';
import { continuousTrainingId } from '../../src/contracts/entities/continuous-training.js';
import type { ChampionResult, ControlActivities, RollbackInput } from '../../src/contracts/run/control.js';
import type { RetrainConfig } from '../../src/contracts/stages/retrain.js';
import { decide, type Verdict } from './training/decide-retrain.js';
import { DEFAULT_BACK_OFF_MS, recordFinish, recordStart, recordSuppressed } from './training/recorded-decisions.js';
import { retrainParameters } from './training/retrain-parameters.js';
import { adopt, adoptState, initialState, receive, recordLeftOut, withdraw } from './training/training-state.js';
import {
  finishProblems,
  oldTriggerProblems,
  pauseProblems,
  pickTrigger,
  policyProblems,
  promotionProblems,
  requestProblems,
  triggerProblems,
} from '../messages/training.js';
import { runEntity, type Step } from './entity-loop.js';
import { createRunLength } from './run-length.js';
import { versioned } from '../temporal/versioning.js';
import { reasonOf } from '../../src/errors/describe-thrown.js';

/** When runs that began before `bounded` went on as new. */
const MAX_TRIGGERS_BEFORE = 1_000;
const DEFAULT_RUN_CHECK_MS = 60_000;
/** The server takes at most 400 bytes of summary. */
const SUMMARY_LENGTH = 100;

const { describeRun, promoteModel, rollbackModel } = proxyActivities<ControlActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 5 },
});

type RetrainNow = { readonly by: string; readonly reason?: string; readonly at?: string };

const triggerSignal = defineSignal<[TrainingSignal]>('trigger');
const policySignal = defineSignal<[RetrainConfig]>('policy');
const runFinishedSignal = defineSignal<[RunFinished]>('runFinished');
const statusQuery = defineQuery<ContinuousTrainingState>('status');
const explainQuery = defineQuery<RetrainExplanation>('explain');
const retrainNowUpdate = defineUpdate<{ workflowId: string | null }, [RetrainNow]>('retrainNow');
const pauseUpdate = defineUpdate<{ paused: boolean }, [{ paused: boolean; by: string }]>('pause');
const setPolicyUpdate = defineUpdate<RetrainConfig, [RetrainConfig]>('setPolicy');
const rollbackUpdate = defineUpdate<ChampionResult, [{ by: string; reason: string }]>('rollback');
const promoteUpdate = defineUpdate<ChampionResult, [{ version: number; by: string; reason: string }]>('promote');

/**
 * The durable owner of a model's retraining: one per model, id `perennial/model/<model>`. Takes triggers in, decides by the
 * policy, starts one pipeline run at a time and remembers every decision. Continues as new by itself and loses no signal.
 */
export function continuousTraining(input: ContinuousTrainingInput): Promise<never> {
  const { model, runCheckMs = DEFAULT_RUN_CHECK_MS, backOffMs = DEFAULT_BACK_OFF_MS } = input;
  let triggers = 0;
  const length = createRunLength(() => triggers >= MAX_TRIGGERS_BEFORE || workflowInfo().continueAsNewSuggested, input.longest);
  const { bounded } = length;
  const keepsEventTime = patched('event-time');
  let state = stateAtStart();
  let runCheckAtMs = Date.now() + runCheckMs;
  let changes = 0;
  const change = (next: ContinuousTrainingState): void => {
    if (next === state) return;
    state = next;
    changes += 1;
  };

  setHandler(
    triggerSignal,
    (signal) => {
      length.signal();
      triggers += 1;
      if (turnedAway('trigger', bounded ? triggerProblems(signal, Date.now()) : oldTriggerProblems(signal))) return;
      change(receive(state, bounded ? pickTrigger(signal) : signal, Date.now()));
    },
    {
      description:
        'A reason to retrain: {id, kind: drift|performance|new_rows|cron, at, column?, metric?, score?, threshold?, rows?}',
    },
  );
  setHandler(
    policySignal,
    (policy) => {
      length.signal();
      if (!turnedAway('policy', policyProblems(policy, model, bounded))) change(adopt(state, policy));
    },
    { description: 'Sets the retrain policy' },
  );
  setHandler(
    runFinishedSignal,
    (finished) => {
      length.signal();
      if (turnedAway('runFinished', finishProblems(finished))) return;
      change(recordFinish(state, finished, { nowMs: Date.now(), backOffMs }));
    },
    { description: 'A retrain run reports its end' },
  );
  setHandler(statusQuery, () => state, { description: 'Everything that the entity remembers' });
  setHandler(explainQuery, () => explain(state, Date.now()), {
    description: 'What it would do now, and why it did or did not retrain',
  });
  setHandler(retrainNowUpdate, (request: RetrainNow) => length.answering(() => retrainNow(request)), {
    description: 'Retrains now, past debounce, cool-down and budget: {by, reason?, at?}',
    validator: (request: RetrainNow) => {
      refuse(requestProblems(request, Date.now()));
      if (state.policy === null) throw refused('no retrain policy has been set yet: run the pipeline with p.retrain once');
      if (state.active !== null) throw refused(`${state.active.workflowId} is still running`);
      if (state.paused) throw refused('retraining is paused: send the update pause {"paused":false} first');
      if (request.at === undefined && state.policy.clock === 'event' && state.eventMs === null)
        throw refused('no event time is known yet: say {"at": ...}, the time up to which rows may be used');
    },
  });
  setHandler(
    pauseUpdate,
    ({ paused, by }) => {
      change({ ...state, paused, pausedBy: paused ? by : null });
      return { paused };
    },
    {
      description: 'Pauses or resumes retraining: {paused, by}',
      validator: (request) => {
        refuse(pauseProblems(request, Date.now()));
      },
    },
  );
  setHandler(
    setPolicyUpdate,
    (policy) => {
      change(adopt(state, policy));
      return policy;
    },
    {
      description: 'Replaces the retrain policy',
      validator: (policy) => {
        refuse(policyProblems(policy, model));
      },
    },
  );
  setHandler(
    rollbackUpdate,
    ({ by, reason }) => length.answering(() => rollbackModel(decisionInput(model, 'rollback', by, reason))),
    {
      description: 'Puts the previous model version back as champion and on the endpoint: {by, reason}',
      validator: (request) => {
        refuse(requestProblems(request, Date.now(), ['reason']));
      },
    },
  );

  setHandler(
    promoteUpdate,
    ({ version, by, reason }) =>
      length.answering(() => promoteModel({ ...decisionInput(model, 'promote', by, reason), version })),
    {
      description: 'Makes a version champion and serves it on the endpoint at once: {version, by, reason}',
      validator: (request) => {
        refuse(promotionProblems(request, Date.now()));
      },
    },
  );

  return runEntity({ length, carry, due: checkDue, step });

  function carry(): Promise<never> {
    const { longest } = input;
    const paces = {
      runCheckMs,
      ...(input.backOffMs === undefined ? {} : { backOffMs }),
      ...(longest === undefined ? {} : { longest }),
    };
    return continueAsNew<typeof continuousTraining>({ model, ...paces, state });
  }

  function checkDue(): Promise<void> | null {
    return state.active !== null && Date.now() >= runCheckAtMs ? checkRun(state.active.workflowId) : null;
  }

  function step(): Step {
    const seenChanges = changes;
    const verdict = decide(state, Date.now());
    setCurrentDetails(details(state, verdict));
    if (verdict.action === 'start' && state.policy !== null) return { work: startRetrain(state.policy, verdict) };
    if (verdict.action === 'wait' && verdict.suppressed) state = recordSuppressed(state, verdict.reason, Date.now());
    const untilMs = state.active === null ? (verdict.action === 'wait' ? verdict.untilMs : null) : runCheckAtMs;
    return { moved: () => changes !== seenChanges, untilMs };
  }

  function stateAtStart(): ContinuousTrainingState {
    if (!bounded) return input.state ?? without(initialState(model), ['seenBefore', 'eventMs']);
    const known = input.state === undefined ? initialState(model) : adoptState(input.state, Date.now());
    return keepsEventTime ? known : without(known, ['eventMs']);
  }

  /** A signal cannot be refused: a wrong one is left out, and the log and the status say so. */
  function turnedAway(signal: string, problems: readonly string[]): boolean {
    if (problems.length === 0) return false;
    log.warn('a signal was left out, for it cannot be read', { signal, problems: problems.join('; ') });
    if (bounded) state = recordLeftOut(state, signal, problems, Date.now());
    return true;
  }

  async function retrainNow({ by, reason, at }: RetrainNow): Promise<{ workflowId: string | null }> {
    const started = state.started;
    const id = `manual/${String(started)}/${by}/${String(Date.now())}`;
    const when = at ?? newestTime();
    change(receive(state, { id, kind: 'manual', at: when, by, ...(reason === undefined ? {} : { reason }) }, Date.now()));
    await condition(() => state.started > started || state.paused);
    if (state.started === started) {
      change(withdraw(state, id));
      throw refused(`retraining was paused by ${state.pausedBy ?? 'somebody'} meanwhile`);
    }
    return { workflowId: state.active?.workflowId ?? null };
  }

  /** Up to where a retrain by hand reads when nobody says. */
  function newestTime(): string {
    const { eventMs, policy, decisions } = state;
    if (eventMs == null) return decisions.at(-1)?.at ?? new Date(Date.now()).toISOString();
    return new Date(eventMs - (policy?.window.labelDelayMs ?? 0)).toISOString();
  }

  async function startRetrain(policy: RetrainConfig, verdict: Extract<Verdict, { action: 'start' }>): Promise<void> {
    const entity = continuousTrainingId(model);
    const workflowId = `${entity}/retrain-${String(state.started + 1)}`;
    const parameters = retrainParameters(policy, verdict);
    // Recorded before the child starts: a start that fails is an outcome, never a second start.
    runCheckAtMs = Date.now() + runCheckMs;
    change(recordStart(state, verdict, { workflowId, parameters, nowMs: Date.now() }));
    try {
      await startChild(policy.pipeline, {
        workflowId,
        args: [parameters],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        memo: { entity, trigger: verdict.reason },
        staticSummary: `retrain: ${verdict.reason}`.slice(0, SUMMARY_LENGTH),
      });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw error;
    }
  }

  async function checkRun(workflowId: string): Promise<void> {
    runCheckAtMs = Date.now() + runCheckMs;
    try {
      const { status } = await describeRun({ workflowId });
      if (status !== 'RUNNING')
        change(recordFinish(state, { workflowId, status, outcome: status.toLowerCase() }, { nowMs: Date.now(), backOffMs }));
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('the state of the run could not be looked up; it is looked up again', { workflowId, error: reasonOf(error) });
    }
  }
}

function decisionInput(model: string, update: string, by: string, reason: string): RollbackInput {
  // Each update is a decision of its own; a retry of its activity is the same one.
  return { model, by, reason, workflowId: `${workflowInfo().workflowId}#${currentUpdateInfo()?.id ?? update}` };
}

function explain(state: ContinuousTrainingState, nowMs: number): RetrainExplanation {
  const verdict = decide(state, nowMs);
  const untilMs = verdict.action === 'wait' ? verdict.untilMs : null;
  return {
    model: state.model,
    action: verdict.action,
    reason: verdict.reason,
    nextLookAt: untilMs === null ? null : new Date(untilMs).toISOString(),
    pending: state.pending.map((pending) => pending.signal),
    decisions: state.decisions,
    ...(state.leftOut === undefined ? {} : { leftOut: state.leftOut }),
  };
}

function details(state: ContinuousTrainingState, verdict: Verdict): string {
  const rows = state.decisions.slice(-10).map((decision) => {
    const end = decision.decision === 'started' ? (decision.outcome ?? 'running') : 'held back';
    return `| ${decision.at.slice(0, 10)} | ${decision.reason.replaceAll('|', '/')} | ${end} |`;
  });
  return [
    `**${verdict.action === 'start' ? 'starting' : 'waiting'}**: ${verdict.reason}`,
    '',
    '| at | reason | outcome |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

/** As runs kept it that began before these parts were. */
function without(state: ContinuousTrainingState, parts: readonly (keyof ContinuousTrainingState)[]): ContinuousTrainingState {
  const kept = Object.entries(state).filter(([name]) => !(parts as readonly string[]).includes(name));
  return Object.fromEntries(kept) as ContinuousTrainingState;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw refused(problems.join('; '));
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: 'EXECUTION_UPDATE_REFUSED', nonRetryable: true });
}

// It outlives every build, so it moves to the current one.
setWorkflowOptions(versioned('AUTO_UPGRADE'), continuousTraining);
