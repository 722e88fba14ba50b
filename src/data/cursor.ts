import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';
import { parseRecord } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import { parseInstant } from './event-time.js';

/** `cursors/<pipeline>/<step>.json`: how far an ingest step has read. */
export type Cursor = {
  /** ISO; every row before it has been ingested by some run. Never moves backwards. */
  readonly watermark: string;
  readonly dataset: string;
  readonly workflowId: string;
  readonly runId: string;
};

const MAX_RACES = 20;

/**
 * Moves a cursor forward by compare-and-swap; of racing writers the latest watermark stays. A watermark that is not newer changes nothing.
 * @returns the cursor as it then is.
 */
export async function advanceCursor(objects: ObjectStore, pipeline: string, step: string, next: Cursor): Promise<Cursor> {
  const key = `cursors/${pipeline}/${step}.json`;
  for (let race = 0; race < MAX_RACES; race += 1) {
    const current = await readCursor(objects, key);
    if (current !== null && instant(current.cursor) >= instant(next)) return current.cursor;
    const bytes = Buffer.from(`${JSON.stringify(next)}\n`);
    try {
      await (current === null ? objects.putIfAbsent(key, bytes) : objects.putIfMatch(key, bytes, current.etag));
      return next;
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
    }
  }
  throw new PipelineError('STORE_CONFLICT', {
    what: `the cursor ${key} lost ${String(MAX_RACES)} races in a row`,
    retryable: true,
  });
}

async function readCursor(objects: ObjectStore, key: string): Promise<{ cursor: Cursor; etag: string } | null> {
  try {
    const { bytes, etag } = await objects.get(key);
    return { cursor: parseRecord<Cursor>(bytes, key, ['watermark']), etag };
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
}

function instant(cursor: Cursor): number {
  return parseInstant(cursor.watermark) ?? Number.NEGATIVE_INFINITY;
}
