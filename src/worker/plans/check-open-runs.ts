import { everyStep } from '../../pipeline/plan/every-step.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { readRunHistory, type RunHistory } from '../../temporal/run-history.js';
import { createCatalog, type PipelineCatalog } from './pipeline-catalog.js';
import { missingInputs } from '../step/step-shape.js';
import { Client } from '@temporalio/client';
import type { Connection, WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { queryText } from '../../temporal/query-text.js';

export type BrokenRun = {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** Number of the event in the history at which the two part; null when Temporal does not say. */
  readonly event: number | null;
  readonly reason: string;
};

export type OpenRunsCheck = { readonly checked: number; readonly broken: readonly BrokenRun[] };

/**
 * Replays the history of every open workflow of a queue (runs, entities, back-fills) against a build, and looks whether these pipelines still have
 * the steps that are before each run. Reads only. Runs of other pipelines are replayed alone.
 * @param onRun - told after each one: how many so far.
 */
export async function checkOpenRuns(
  target: { readonly connection: Connection; readonly namespace: string; readonly taskQueue: string },
  { bundle, pipelines = [] }: { readonly bundle: WorkflowBundle; readonly pipelines?: readonly Pipeline[] },
  onRun: (checked: number) => void,
): Promise<OpenRunsCheck> {
  const { workflow } = new Client(target);
  const types = new Map<string, string>();
  const opened = new Map<string, History>();
  async function* histories(): AsyncGenerator<{ readonly workflowId: string; readonly history: unknown }> {
    const query = `ExecutionStatus = "Running" AND TaskQueue = ${queryText(target.taskQueue)}`;
    for await (const { workflowId, runId, type } of workflow.list({ query })) {
      types.set(workflowId, type);
      const history = await workflow.getHandle(workflowId, runId).fetchHistory();
      opened.set(workflowId, history);
      yield { workflowId, history };
    }
  }
  const catalog = createCatalog(pipelines);
  const broken: BrokenRun[] = [];
  let checked = 0;
  for await (const { workflowId, runId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories())) {
    checked += 1;
    onRun(checked);
    const history = opened.get(workflowId);
    opened.delete(workflowId);
    if (error === undefined) {
      const lost = stepsLost(catalog, readRunHistory(history?.events ?? []));
      if (lost !== null) broken.push({ workflowId, runId, type: types.get(workflowId) ?? '', event: null, reason: lost });
      continue;
    }
    const reason = plainReason(error.message).replace(/\s+/g, ' ').trim();
    broken.push({ workflowId, runId, type: types.get(workflowId) ?? '', event: eventIn(reason, history), reason });
  }
  return { checked, broken };
}

/** What the steps before a run lack in its pipeline as it is now, in words; null: nothing, or nobody gave the pipeline. */
function stepsLost(catalog: PipelineCatalog, { plan, activities }: RunHistory): string | null {
  const pipeline = plan === null ? undefined : catalog.get(plan.pipeline);
  if (plan === null || pipeline === undefined) return null;
  const done = new Set(activities.flatMap(({ type, state }) => (state === 'completed' ? [type] : [])));
  const now = new Map(everyStep(pipeline.plan.steps).map((step) => [step.id, step]));
  const repeated = new Set(plan.steps.flatMap(({ body }) => everyStep(body?.steps ?? []).map(({ id }) => id)));
  const lost = everyStep(plan.steps)
    .filter(({ id }) => repeated.has(id) || !done.has(`${plan.pipeline}.${id}`))
    // The run's own plan says what these do.
    .filter(({ kind }) => kind !== 'gate' && kind !== 'join' && kind !== 'call')
    .flatMap((step) => {
      const found = now.get(step.id);
      if (found === undefined) return [`step "${step.id}" is no more`];
      if (found.kind !== step.kind) return [`step "${step.id}" is a ${found.kind} now`];
      const missing = step.kind === 'step' ? missingInputs(found, { inputs: step.inputs }) : [];
      return missing.length === 0 ? [] : [`step "${step.id}" takes other inputs now: ${missing.join(', ')}`];
    });
  return lost.length === 0 ? null : `what is before it has changed: ${lost.join('; ')}`;
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** The reason without the text that the core wraps around it. */
const plainReason = (message: string): string => /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;

/** The event that the reason names: by its number, else the first one of the activity, marker or workflow that it quotes first. */
function eventIn(reason: string, history: History | undefined): number | null {
  const [, id] = /event[ _]?id:? (\d+)/i.exec(reason) ?? [];
  if (id !== undefined) return Number(id);
  const [, name] = /'([^']+)'/.exec(reason) ?? [];
  if (name === undefined) return null;
  const found = history?.events?.find(({ activityTaskScheduledEventAttributes, markerRecordedEventAttributes, ...event }) => {
    if (activityTaskScheduledEventAttributes?.activityType?.name === name) return true;
    if (event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name === name) return true;
    const details = Object.values(markerRecordedEventAttributes?.details ?? {}).flatMap(({ payloads }) => payloads ?? []);
    return details.some(({ data }) =>
      Buffer.from(data ?? [])
        .toString('utf8')
        .includes(`"${name}"`),
    );
  });
  return found?.eventId == null ? null : Number(found.eventId);
}
