import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type {
  ContinuousTrainingState,
  RetrainExplanation,
  RunFinished,
  TrainingSignal,
} from '../src/contracts/continuous-training.js';
import { continuousTrainingId } from '../src/contracts/continuous-training.js';
import type { ControlActivities, RollbackInput, RollbackResult } from '../src/contracts/control.js';
import type { RetrainConfig } from '../src/contracts/stages.js';
import {
  decide,
  initialState,
  receive,
  recordFinish,
  recordStart,
  recordSuppressed,
  retrainParameters,
  type Verdict,
} from './continuous-training-policy.js';

const MAX_SIGNALS_PER_RUN = 1_000;
/** A run that was terminated cannot report back: this often its state is looked up. */
const RUN_CHECK_MS = 60_000;

const { describeRun, rollbackModel } = proxyActivities<ControlActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 5 },
});

/** Input of the entity; `state` is set by itself when it continues as new. */
export type ContinuousTrainingInput = { readonly model: string; readonly state?: ContinuousTrainingState };

type RetrainNow = { readonly by: string; readonly reason?: string; readonly at?: string };

const triggerSignal = defineSignal<[TrainingSignal]>('trigger');
const policySignal = defineSignal<[RetrainConfig]>('policy');
const runFinishedSignal = defineSignal<[RunFinished]>('runFinished');
const statusQuery = defineQuery<ContinuousTrainingState>('status');
const explainQuery = defineQuery<RetrainExplanation>('explain');
const retrainNowUpdate = defineUpdate<{ workflowId: string | null }, [{ by: string; reason?: string; at?: string }]>(
  'retrainNow',
);
const pauseUpdate = defineUpdate<{ paused: boolean }, [{ paused: boolean; by: string }]>('pause');
const setPolicyUpdate = defineUpdate<RetrainConfig, [RetrainConfig]>('setPolicy');
const rollbackUpdate = defineUpdate<RollbackResult, [{ by: string; reason: string }]>('rollback');

/**
 * The durable owner of a model's retraining: one per model, id `perennial/model/<model>`. Takes triggers in, decides by the
 * policy, starts one pipeline run at a time and remembers every decision. Continues as new by itself and loses no signal.
 */
export async function continuousTraining(input: ContinuousTrainingInput): Promise<never> {
  let state = input.state ?? initialState(input.model);
  let handled = 0;
  let changes = 0;
  const change = (next: ContinuousTrainingState): void => {
    if (next === state) return;
    state = next;
    changes += 1;
  };

  setHandler(
    triggerSignal,
    (signal) => {
      handled += 1;
      change(receive(state, signal, Date.now()));
    },
    {
      description:
        'A reason to retrain: {id, kind: drift|performance|new_rows|cron, at, column?, metric?, score?, threshold?, rows?}',
    },
  );
  setHandler(
    policySignal,
    (policy) => {
      change({ ...state, policy });
    },
    { description: 'Sets the retrain policy' },
  );
  setHandler(
    runFinishedSignal,
    (finished) => {
      change(recordFinish(state, finished));
    },
    { description: 'A retrain run reports its end' },
  );
  setHandler(statusQuery, () => state, { description: 'Everything that the entity remembers' });
  setHandler(explainQuery, () => explain(state, Date.now()), {
    description: 'What it would do now, and why it did or did not retrain',
  });
  setHandler(
    retrainNowUpdate,
    async ({ by, reason, at }: RetrainNow) => {
      const started = state.started;
      const id = `manual/${String(started)}/${by}/${String(Date.now())}`;
      const when = at ?? state.decisions.at(-1)?.at ?? new Date(Date.now()).toISOString();
      change(receive(state, { id, kind: 'manual', at: when, by, ...(reason === undefined ? {} : { reason }) }, Date.now()));
      await condition(() => state.started > started);
      return { workflowId: state.active?.workflowId ?? null };
    },
    {
      description: 'Retrains now, past debounce, cool-down and budget: {by, reason?, at?}',
      validator: ({ by }: RetrainNow) => {
        if (by === '') throw refused('`by` is empty: say who asks');
        if (state.policy === null) throw refused('no retrain policy has been set yet: run the pipeline with p.retrain once');
        if (state.active !== null) throw refused(`${state.active.workflowId} is still running`);
        if (state.paused) throw refused('retraining is paused: send the update pause {"paused":false} first');
      },
    },
  );
  setHandler(
    pauseUpdate,
    ({ paused }) => {
      change({ ...state, paused });
      return { paused };
    },
    { description: 'Pauses or resumes retraining: {paused, by}' },
  );
  setHandler(
    setPolicyUpdate,
    (policy) => {
      change({ ...state, policy });
      return policy;
    },
    { description: 'Replaces the retrain policy' },
  );
  setHandler(rollbackUpdate, async ({ by, reason }) => await rollbackModel(rollbackInput(input.model, by, reason)), {
    description: 'Puts the previous model version back as champion and on the endpoint: {by, reason}',
  });

  for (;;) {
    if ((handled >= MAX_SIGNALS_PER_RUN || workflowInfo().continueAsNewSuggested) && allHandlersFinished()) {
      await continueAsNew<typeof continuousTraining>({ model: input.model, state });
    }
    const seenChanges = changes;
    const verdict = decide(state, Date.now());
    setCurrentDetails(details(state, verdict));
    if (verdict.action === 'start' && state.policy !== null) {
      await startRetrain(state.policy, verdict);
      continue;
    }
    if (verdict.action === 'wait' && verdict.suppressed) state = recordSuppressed(state, verdict.reason, Date.now());
    const untilMs = verdict.action === 'wait' ? verdict.untilMs : null;
    const timeoutMs = untilMs === null ? (state.active === null ? null : RUN_CHECK_MS) : Math.max(1, untilMs - Date.now());
    const moved = (): boolean => changes !== seenChanges;
    if (timeoutMs === null) await condition(moved);
    else if (!(await condition(moved, timeoutMs))) await checkActiveRun();
  }

  async function startRetrain(policy: RetrainConfig, verdict: Extract<Verdict, { action: 'start' }>): Promise<void> {
    const entity = continuousTrainingId(input.model);
    const workflowId = `${entity}/retrain-${String(state.started + 1)}`;
    const parameters = retrainParameters(policy, verdict.atMs);
    // Recorded before the child starts: a start that fails is an outcome, never a second start.
    change(recordStart(state, verdict, { workflowId, parameters, nowMs: Date.now() }));
    try {
      await startChild(policy.pipeline, {
        workflowId,
        args: [parameters],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        memo: { entity, trigger: verdict.reason },
        staticSummary: `retrain: ${verdict.reason}`.slice(0, 200),
      });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw error;
    }
  }

  async function checkActiveRun(): Promise<void> {
    const { active } = state;
    if (active === null) return;
    const { status } = await describeRun({ workflowId: active.workflowId });
    if (status !== 'RUNNING')
      change(recordFinish(state, { workflowId: active.workflowId, status, outcome: status.toLowerCase() }));
  }
}

function rollbackInput(model: string, by: string, reason: string): RollbackInput {
  return { model, by, reason, workflowId: workflowInfo().workflowId };
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

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: 'EXECUTION_UPDATE_REFUSED', nonRetryable: true });
}
