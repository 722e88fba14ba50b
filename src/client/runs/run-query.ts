import { SEARCH_ATTRIBUTES } from '../../contracts/run/search-attributes.js';
import type { RunStatus } from '../../contracts/run.js';
import { queryText } from '../../temporal/query-text.js';

/** Which runs to list. A run must meet all conditions. */
export interface RunFilter {
  readonly pipeline?: string;
  readonly status?: RunStatus['status'];
  readonly model?: string;
  /** Prefix of the trigger: `dataset flights`, `schedule`. */
  readonly trigger?: string;
  readonly stage?: string;
  /** Prefix of the plan's hash. */
  readonly plan?: string;
  /** ISO; started at or after. */
  readonly since?: string;
  /** ISO; started before. */
  readonly until?: string;
  /** On the metric of the quality gate. */
  readonly metric?: { readonly op: '>' | '>=' | '<' | '<=' | '='; readonly value: number };
  /** Id of the schedule. */
  readonly schedule?: string;
  /** More in Temporal's list language. */
  readonly query?: string;
  /** Includes the workflows that serve runs: notice deliveries, entities, map shards. Default false, true with `query`. */
  readonly all?: boolean;
}

export const RUN_STATUSES = [
  'running',
  'waiting',
  'blocked',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly RunStatus['status'][];

/** Types of workflows that are not runs of a pipeline. */
const SERVANTS = [
  'deliverNotice',
  'startOnChange',
  'continuousTraining',
  'monitorWindow',
  'retrainTick',
  'mapShard',
  'admission',
];

/** The filter in Temporal's list language; undefined when every workflow matches. */
export function runQuery(filter: RunFilter): string | undefined {
  const {
    pipeline,
    status,
    model,
    trigger,
    stage,
    plan,
    since,
    until,
    metric,
    schedule,
    query,
    all = query !== undefined,
  } = filter;
  const is = (attribute: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${attribute} = ${queryText(value)}`];
  const begins = (attribute: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${attribute} STARTS_WITH ${queryText(value)}`];
  const conditions = [
    ...is('WorkflowType', pipeline),
    ...(status === undefined ? [] : [statusCondition(status)]),
    ...is(SEARCH_ATTRIBUTES.model, model),
    ...begins(SEARCH_ATTRIBUTES.trigger, trigger),
    ...is(SEARCH_ATTRIBUTES.stage, stage),
    ...begins(SEARCH_ATTRIBUTES.plan, plan),
    ...(since === undefined ? [] : [`StartTime >= ${queryText(since)}`]),
    ...(until === undefined ? [] : [`StartTime < ${queryText(until)}`]),
    ...(metric === undefined ? [] : [`${SEARCH_ATTRIBUTES.metric} ${metric.op} ${metric.value}`]),
    ...is('TemporalScheduledById', schedule),
    ...(query === undefined ? [] : [query]),
    ...(all || pipeline !== undefined ? [] : [`WorkflowType NOT IN (${SERVANTS.map(queryText).join(', ')})`]),
  ];
  return conditions.length === 0 ? undefined : conditions.map((condition) => `(${condition})`).join(' AND ');
}

/** Temporal's own status decides where a run cannot report: before its first task, and after a termination. */
function statusCondition(status: RunStatus['status']): string {
  const ours = SEARCH_ATTRIBUTES.status;
  switch (status) {
    case 'running':
      return `ExecutionStatus = "Running" AND (${ours} = "running" OR ${ours} IS NULL)`;
    case 'waiting':
    case 'blocked':
      return `ExecutionStatus = "Running" AND ${ours} = "${status}"`;
    case 'succeeded':
      return 'ExecutionStatus = "Completed"';
    case 'failed':
      return 'ExecutionStatus IN ("Failed", "TimedOut", "Terminated")';
    case 'cancelled':
      return 'ExecutionStatus = "Canceled"';
  }
}
