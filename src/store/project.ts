import { randomUUID } from 'node:crypto';
import type { Project } from '../contracts/store/ownership.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { getIfThere, parseRecord, recordBytes } from './json/json-record.js';
import type { ObjectStore } from './port.js';

const KEY = 'project/id.json';

/** The project of a store. Its id is made when it is asked for first; then it is the same for everybody who uses the store. */
export async function projectOf(objects: ObjectStore): Promise<Project> {
  const present = await readId(objects);
  if (present !== null) return { id: present, store: objects.uri };
  const id = randomUUID();
  try {
    await objects.putIfAbsent(KEY, recordBytes({ id }));
    return { id, store: objects.uri };
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
    return { id: (await readId(objects)) ?? id, store: objects.uri };
  }
}

async function readId(objects: ObjectStore): Promise<string | null> {
  const stored = await getIfThere(objects, KEY);
  return stored === null ? null : parseRecord<{ readonly id: string }>(stored.bytes, KEY, ['id']).id;
}
