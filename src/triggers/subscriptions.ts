import type { ChangeSubject, Subscription } from '../contracts/plan/triggers.js';
import { subjectPath } from '../contracts/plan/triggers.js';
import { parseRecord, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';

const ROOT = 'triggers/';
const MEMBERS = ['formatVersion', 'on', 'overlap', 'parameters', 'pipeline', 'taskQueue'] as const;

const folderOf = (subject: ChangeSubject): string => `${ROOT}${subjectPath(subject)}/`;
const keyOf = (subject: ChangeSubject, pipeline: string): string => `${folderOf(subject)}${pipeline}.json`;

/** The pipelines that run when the subject changes, by name. STORE_RECORD_CORRUPT names an invalid file. */
export const subscriptionsOf = (objects: ObjectStore, subject: ChangeSubject): Promise<readonly Subscription[]> =>
  readAll(objects, folderOf(subject));

/** All of the store, ordered by subject and pipeline. */
export const allSubscriptions = (objects: ObjectStore): Promise<readonly Subscription[]> => readAll(objects, ROOT);

export async function isSubscribedTo(objects: ObjectStore, subject: ChangeSubject): Promise<boolean> {
  const found = await objects.list(folderOf(subject))[Symbol.asyncIterator]().next();
  return found.done !== true;
}

export async function keepSubscription(objects: ObjectStore, subscription: Subscription): Promise<void> {
  await objects.put(keyOf(subscription.on, subscription.pipeline), recordBytes(subscription));
}

export async function removeSubscription(objects: ObjectStore, { on, pipeline }: Subscription): Promise<void> {
  await objects.delete(keyOf(on, pipeline));
}

async function readAll(objects: ObjectStore, prefix: string): Promise<readonly Subscription[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return Promise.all(keys.map(async (key) => parseRecord<Subscription>((await objects.get(key)).bytes, key, MEMBERS)));
}
