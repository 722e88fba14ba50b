import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { type JsonValue, isPlainObject } from '../../src/contracts/json.js';
import type { Plan } from '../../src/contracts/plan.js';
import type { RunStatus } from '../../src/contracts/run.js';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/run/search-attributes.js';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const STATUS = keyword(SEARCH_ATTRIBUTES.status);
const STAGE = keyword(SEARCH_ATTRIBUTES.stage);
const METRIC = defineSearchAttributeKey(SEARCH_ATTRIBUTES.metric, SearchAttributeType.DOUBLE);

/** Keeps the search attributes of a run equal to its status; writes only what changed, for each write is an event of the history. */
export class RunAttributes {
  #status = '';
  #stage = '';

  open(plan: Plan): void {
    this.#status = 'running';
    upsertSearchAttributes([
      { key: keyword(SEARCH_ATTRIBUTES.pipeline), value: plan.pipeline },
      { key: keyword(SEARCH_ATTRIBUTES.plan), value: plan.hash },
      { key: keyword(SEARCH_ATTRIBUTES.model), value: modelOf(plan) },
      { key: keyword(SEARCH_ATTRIBUTES.trigger), value: triggerOf() },
      { key: STATUS, value: this.#status },
    ]);
  }

  follow(status: RunStatus): void {
    const pairs: SearchAttributeUpdatePair[] = [];
    const stage = status.steps.findLast((step) => step.status === 'running')?.kind ?? this.#stage;
    if (status.status !== this.#status) pairs.push({ key: STATUS, value: status.status });
    if (stage !== this.#stage) pairs.push({ key: STAGE, value: stage });
    this.#status = status.status;
    this.#stage = stage;
    if (pairs.length > 0) upsertSearchAttributes(pairs);
  }

  /** Records the metric that the gate of the evaluation compared. */
  close(plan: Plan, results: { readonly [step: string]: JsonValue }): void {
    const evaluate = plan.steps.find((step) => step.kind === 'evaluate');
    const metric = evaluate === undefined ? null : gateMetric(results[evaluate.id]);
    if (metric !== null) upsertSearchAttributes([{ key: METRIC, value: metric }]);
  }
}

function gateMetric(result: JsonValue | undefined): number | null {
  const gate = field(result, 'gate');
  const value = field(gate, 'challenger');
  return typeof value === 'number' ? value : null;
}

function modelOf(plan: Plan): string {
  const named = plan.steps.map((step) => step.config['model']).find((model) => typeof model === 'string');
  return named ?? plan.pipeline;
}

function triggerOf(): string {
  const { memo, typedSearchAttributes } = workflowInfo();
  const trigger = memo?.['trigger'];
  if (typeof trigger === 'string') return trigger.slice(0, 200);
  return typedSearchAttributes.get(keyword('TemporalScheduledById')) === undefined ? 'manual' : 'schedule';
}

/** A field of a JSON object; undefined when the value is no object or lacks it. */
export function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isPlainObject(value) ? value[name] : undefined;
}
