import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { RunManifest } from '../../contracts/run/run-manifest.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/run/search-attributes.js';

/** A run as the server lists it. */
export type RunSummary = {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** Temporal's word: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, CONTINUED_AS_NEW, TIMED_OUT. */
  readonly state: string;
  /** Our word; null for workflows that are not runs of a pipeline. */
  readonly status: string | null;
  readonly model: string | null;
  readonly stage: string | null;
  readonly trigger: string | null;
  readonly planHash: string | null;
  /** The metric of the quality gate. */
  readonly metric: number | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
};

const METRIC = defineSearchAttributeKey(SEARCH_ATTRIBUTES.metric, SearchAttributeType.DOUBLE);

export function summarize(info: Omit<WorkflowExecutionInfo, 'raw'>): RunSummary {
  const text = (name: string): string | null =>
    info.typedSearchAttributes.get(defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)) ?? null;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    type: info.type,
    state: info.status.name,
    status: text(SEARCH_ATTRIBUTES.status),
    model: text(SEARCH_ATTRIBUTES.model),
    stage: text(SEARCH_ATTRIBUTES.stage),
    trigger: text(SEARCH_ATTRIBUTES.trigger),
    planHash: text(SEARCH_ATTRIBUTES.plan),
    metric: info.typedSearchAttributes.get(METRIC) ?? null,
    startedAt: info.startTime.toISOString(),
    finishedAt: info.closeTime?.toISOString() ?? null,
  };
}

const STATES: { readonly [status in RunManifest['status']]: string } = {
  succeeded: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
};

/** Summary of a run past the server's retention, from its manifest, which has no trigger, model, stage and metric. */
export function summaryOfManifest({ run, status, startedAt, finishedAt }: RunManifest): RunSummary {
  const { workflowId, runId, pipeline, planHash } = run;
  const unknown = { model: null, stage: null, trigger: null, metric: null };
  return { workflowId, runId, type: pipeline, state: STATES[status], status, planHash, startedAt, finishedAt, ...unknown };
}
