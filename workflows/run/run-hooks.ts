import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, log, ParentClosePolicy, sleep, startChild, workflowInfo } from '@temporalio/workflow';
import type { HookEvent, HookSpec, NoticeDelivery, RunNotice } from '../../src/contracts/plan/hooks.js';
import type { Plan } from '../../src/contracts/plan.js';
import { isJsonObject, type JsonValue } from '../../src/contracts/json.js';
import type { RunStatus, StepFailure, StepState } from '../../src/contracts/run.js';
import type { deliverNotice } from './deliver-notice.js';
import type { WaitingStep } from './run-driver.js';
import { failureOf } from '../temporal/temporal-failure.js';

const MAX_STEPS = 20;
const MAX_MESSAGE_LENGTH = 500;
const UNFINISHED: readonly StepState['status'][] = ['pending', 'running', 'waiting', 'blocked'];

/**
 * Notifies the receivers of a plan's hooks. A workflow that outlives the run delivers each notice, so a failed notice never fails the run.
 */
export class RunHooks {
  readonly #pipeline: string;
  readonly #hooks: readonly HookSpec[];
  readonly #counts = new Map<HookEvent, number>();
  readonly #begun: Promise<void>[] = [];
  readonly #told = new Set<string>();
  readonly #timers: CancellationScope[] = [];

  constructor(plan: Plan) {
    this.#pipeline = plan.pipeline;
    this.#hooks = plan.formatVersion >= 2 ? (plan.hooks ?? []) : [];
  }

  /** Sets the clock of every deadline, counted from the start of the run. */
  open(status: () => RunStatus): void {
    const sinceStartMs = Date.now() - workflowInfo().startTime.getTime();
    for (const hook of this.#hooks) {
      if (hook.on !== 'slow' || hook.afterMs === undefined) continue;
      const leftMs = Math.max(1, hook.afterMs - sinceStartMs);
      const timer = new CancellationScope({ cancellable: true });
      this.#timers.push(timer);
      timer
        .run(() => sleep(leftMs, { summary: `slow after ${String(hook.afterMs)} ms` }))
        .then(
          () => {
            this.#tell(hook, stepsIn(status(), UNFINISHED));
          },
          // Cancelled with the end of the run.
          () => undefined,
        );
    }
  }

  /** Tells of every step that has come to wait for somebody since the last call, and of every approval that others may answer by now. */
  follow(waiting: () => readonly WaitingStep[]): void {
    const hooks = this.#hooks.filter(({ on }) => on === 'blocked');
    if (hooks.length === 0) return;
    const fresh = waiting().filter((step) => !this.#told.has(occasion(step)));
    if (fresh.length === 0) return;
    for (const step of fresh) this.#told.add(occasion(step));
    for (const hook of hooks) this.#tell(hook, fresh);
  }

  /** Tells how the run ended and returns when every delivery has begun. A cancelled run has neither succeeded nor failed. */
  async close(status: RunStatus): Promise<void> {
    if (this.#hooks.length === 0) return;
    for (const timer of this.#timers) timer.cancel();
    for (const hook of this.#hooks) {
      if (hook.on === 'success' && status.status === 'succeeded') this.#tell(hook, []);
      if (hook.on === 'failure' && status.status === 'failed') this.#tell(hook, stepsIn(status, ['failed']));
    }
    await Promise.all(this.#begun);
  }

  #tell({ on, notify }: HookSpec, steps: readonly StepState[]): void {
    const { workflowId, runId } = workflowInfo();
    const n = (this.#counts.get(on) ?? 0) + 1;
    this.#counts.set(on, n);
    const at = new Date(Date.now()).toISOString();
    const notice: RunNotice = {
      event: on,
      pipeline: this.#pipeline,
      workflowId,
      runId,
      at,
      steps: steps.slice(0, MAX_STEPS).map(told),
    };
    this.#begun.push(begin({ id: `${workflowId}/notice/${on}/${String(n)}`, notice, notify }));
  }
}

/**
 * Tells the receivers of `onFailure` of a run that failed before it had a plan, such as one with wrong parameters: the failure itself brings
 * those along whom the plan would have named. Returns when every delivery has begun.
 */
export async function tellOfFailedStart(pipeline: string, { code, message, details }: StepFailure): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const steps = [{ step: 'start', status: 'failed', message: `${code}: ${message}`.slice(0, MAX_MESSAGE_LENGTH) }];
  const notice: RunNotice = { event: 'failure', pipeline, workflowId, runId, at: new Date(Date.now()).toISOString(), steps };
  await Promise.all(
    receiversIn(details).map(({ notify }, index) =>
      begin({ id: `${workflowId}/notice/failure/${String(index + 1)}`, notice, notify }),
    ),
  );
}

function receiversIn(details: JsonValue): readonly HookSpec[] {
  if (!isJsonObject(details)) return [];
  const { onFailure } = details;
  return Array.isArray(onFailure) ? (onFailure as readonly HookSpec[]) : [];
}

/** A run that was started again by the same id may find the notice of the one before still under way: then the run's own id tells them apart. */
async function begin(delivery: NoticeDelivery): Promise<void> {
  try {
    await CancellationScope.nonCancellable(async () => {
      try {
        await start(delivery);
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        await start({ ...delivery, id: `${delivery.id}/${delivery.notice.runId}` });
      }
    });
  } catch (error) {
    log.warn('a notice could not be sent on its way', { notice: delivery.id, error: failureOf(error).message });
  }
}

async function start(delivery: NoticeDelivery): Promise<void> {
  const { notice, notify } = delivery;
  await startChild<typeof deliverNotice>('deliverNotice', {
    workflowId: delivery.id,
    args: [delivery],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    memo: { run: notice.workflowId },
    staticSummary: `${notice.event}: ${notify.notifier}`,
  });
}

const stepsIn = (status: RunStatus, statuses: readonly StepState['status'][]): readonly StepState[] =>
  status.steps.filter((step) => statuses.includes(step.status));

/** A step that was resumed and waits again is a new occasion, and so is an approval that has escalated. */
const occasion = ({ id, startedAt, escalated }: WaitingStep): string =>
  `${id} ${startedAt ?? ''}${escalated ? ' escalated' : ''}`;

function told(step: StepState): RunNotice['steps'][number] {
  const message = step.failure === null ? step.waitingFor : `${step.failure.code}: ${step.failure.message}`;
  return { step: step.id, status: step.status, message: message === null ? null : message.slice(0, MAX_MESSAGE_LENGTH) };
}
