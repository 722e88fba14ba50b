import type { JsonValue } from '../contracts/json.js';
import type { ChangeSubject, Subscription, TriggerSpec } from '../contracts/plan/triggers.js';
import { workflowQueue } from '../contracts/plan/queues.js';
import { subjectPath } from '../contracts/plan/triggers.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import type { ObjectStore } from '../store/port.js';
import { allSubscriptions, keepSubscription, removeSubscription } from './subscriptions.js';

/** What deploying a pipeline would do to one of its triggers. `changed` names the settings that differ. */
export type TriggerChange = {
  readonly action: 'create' | 'update' | 'delete' | 'keep';
  readonly pipeline: string;
  readonly on: ChangeSubject;
  readonly changed: readonly string[];
  readonly subscription: Subscription;
};

type Deployable = Pick<Pipeline, 'name' | 'triggers'>;

/** Compares the triggers that these pipelines declare with those in the store; pipelines that are not given are left alone. Changes nothing. */
export async function planTriggers(
  objects: ObjectStore,
  pipelines: readonly Deployable[],
  { taskQueue, by }: { readonly taskQueue: string; readonly by: string },
): Promise<readonly TriggerChange[]> {
  const names = new Set(pipelines.map(({ name }) => name));
  const standing = (await allSubscriptions(objects)).filter(({ pipeline }) => names.has(pipeline));
  const idOf = (pipeline: string, on: ChangeSubject): string => `${subjectPath(on)} ${pipeline}`;
  const before = new Map(standing.map((subscription) => [idOf(subscription.pipeline, subscription.on), subscription]));
  const subscribedAt = new Date().toISOString();
  const declared = pipelines.flatMap(({ name, triggers = [] }) =>
    triggers.map((trigger): TriggerChange => {
      const old = before.get(idOf(name, trigger.on));
      const { overlap, parameters, on } = trigger;
      const settings = { on, overlap, parameters, pipeline: name, taskQueue: workflowQueue(taskQueue) };
      const subscription: Subscription = { formatVersion: 1, ...settings, subscribedBy: by, subscribedAt };
      if (old === undefined) return { action: 'create', pipeline: name, on, changed: [], subscription };
      const changed = differences(old, settings);
      return { action: changed.length === 0 ? 'keep' : 'update', pipeline: name, on, changed, subscription };
    }),
  );
  const kept = new Set(declared.map(({ pipeline, on }) => idOf(pipeline, on)));
  const gone = standing
    .filter(({ pipeline, on }) => !kept.has(idOf(pipeline, on)))
    .map((subscription): TriggerChange => {
      const { pipeline, on } = subscription;
      return { action: 'delete', pipeline, on, changed: [], subscription };
    });
  return [...declared, ...gone];
}

/** Applies the changes; idempotent. From then on, changes of a subject start runs. */
export async function applyTriggers(objects: ObjectStore, changes: readonly TriggerChange[]): Promise<void> {
  for (const { action, subscription } of changes) {
    if (action === 'create' || action === 'update') await keepSubscription(objects, subscription);
    if (action === 'delete') await removeSubscription(objects, subscription);
  }
}

function differences(old: Subscription, now: TriggerSpec & { readonly taskQueue: string }): readonly string[] {
  const same = (left: JsonValue, right: JsonValue): boolean => canonicalJson(left) === canonicalJson(right);
  return [
    ...(old.overlap === now.overlap ? [] : [`overlap ${old.overlap} -> ${now.overlap}`]),
    ...(old.taskQueue === now.taskQueue ? [] : [`queue ${old.taskQueue} -> ${now.taskQueue}`]),
    ...(same(old.parameters, now.parameters) ? [] : ['parameters']),
  ];
}
