import type { JsonObject, JsonPrimitive, JsonValue } from '../contracts/json.js';
import type { ChangeSubject, TriggerActivities, TriggeredRun } from '../contracts/plan/triggers.js';
import { subjectPath } from '../contracts/plan/triggers.js';
import { PublishedDatasets } from '../data/datasets/published-datasets.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { ALIAS_FIELDS, DATASET_FIELDS } from '../pipeline/triggers/change-triggers.js';
import { createRegistry } from '../registry/create-registry.js';
import type { ObjectStore } from '../store/port.js';
import { subscriptionsOf } from './subscriptions.js';

type Fields<Names extends readonly string[]> = { readonly [Name in Names[number]]: JsonPrimitive };

/**
 * The run that a change starts; null when the pipeline has unsubscribed. Deterministic except for the subscription as it is now.
 * @throws PipelineError `TRIGGER_CHANGE_UNREADABLE`, `DATASET_LOG_BROKEN`, `REGISTRY_LOG_BROKEN`.
 */
export async function prepareTriggeredRun(
  objects: ObjectStore,
  { subject, scope, pipeline, n }: Parameters<TriggerActivities['prepareTriggeredRun']>[0],
): Promise<TriggeredRun | null> {
  const subscription = (await subscriptionsOf(objects, subject)).find((other) => other.pipeline === pipeline);
  if (subscription === undefined) return null;
  const fields = subject.kind === 'dataset' ? await datasetFields(objects, subject, n) : await aliasFields(objects, subject, n);
  return {
    n,
    workflowId: `${pipeline}/on/${scope === undefined ? '' : `${scope}/`}${subjectPath(subject)}/${n}`,
    taskQueue: subscription.taskQueue,
    parameters: fillIn(subscription.parameters, fields),
    trigger: `${subject.kind} ${subject.name}@${n}`,
  };
}

/** The parameters with the fields of the change put in; a field that is null is left out. */
export function fillIn(parameters: JsonObject, fields: Readonly<Record<string, JsonPrimitive>>): JsonObject {
  const entries = Object.entries(parameters).map(([name, value]) => {
    const field = fieldOf(value);
    return [name, field === null ? value : (fields[field] ?? null)] as const;
  });
  return Object.fromEntries(entries.filter(([name, value]) => value !== null || fieldOf(parameters[name] ?? null) === null));
}

function fieldOf(value: JsonValue): string | null {
  if (typeof value !== 'object' || value === null || !('$event' in value)) return null;
  const { $event } = value;
  return typeof $event === 'string' ? $event : null;
}

async function datasetFields(objects: ObjectStore, subject: ChangeSubject, n: number): Promise<Fields<typeof DATASET_FIELDS>> {
  const entry = await new PublishedDatasets(objects).entry(subject.name, n);
  if (entry === null) throw unreadable(subject, n, `datasets/${subject.name}/log/`);
  const { dataset, rows, from, to } = entry;
  return {
    name: subject.name,
    dataset,
    rows,
    fromTime: from,
    toTime: to,
    from: from === null ? null : from.slice(0, DAY_LENGTH),
    to: to === null ? null : dayOnOrAfter(to),
  };
}

async function aliasFields(objects: ObjectStore, subject: ChangeSubject, n: number): Promise<Fields<typeof ALIAS_FIELDS>> {
  const slash = subject.name.lastIndexOf('/');
  const [model, alias] = [subject.name.slice(0, slash), subject.name.slice(slash + 1)];
  const moves = await createRegistry(objects).moves(model, n);
  const move = moves.find((other) => other.alias === alias);
  if (move === undefined) throw unreadable(subject, n, `models/${model}/log/`);
  const { version, previous, entry } = move;
  return { model, alias, version, previous, by: entry.by, reason: entry.reason };
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const DAY_MS = 86_400_000;

const dayOnOrAfter = (instant: string): string =>
  new Date(Math.ceil(Date.parse(instant) / DAY_MS) * DAY_MS).toISOString().slice(0, DAY_LENGTH);

function unreadable(subject: ChangeSubject, n: number, log: string): PipelineError {
  return new PipelineError('TRIGGER_CHANGE_UNREADABLE', {
    what: `change ${n} of ${subjectPath(subject)} is not in its log`,
    where: log,
    details: { subject: subjectPath(subject), n },
  });
}
