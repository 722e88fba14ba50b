import { keyName, textOfKeyName } from '../store/key-name.js';

/** `logs/<workflow>/<run>/<activity>/<attempt>/<time of its first line, ms>-<number>.jsonl`. */
export type LogChunk = {
  readonly key: string;
  readonly runId: string;
  /** Activity id: the step, and for operations, items of a map and later rounds what tells them apart. */
  readonly activity: string;
  readonly attempt: number;
  readonly firstLineMs: number;
};

const TIME_DIGITS = 14;
const NUMBER_DIGITS = 6;
const PARTS = 6;

export const workflowLogPrefix = (workflowId: string): string => `logs/${keyName(workflowId)}/`;

export function attemptLogPrefix(place: {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly attempt: number;
}): string {
  return `${workflowLogPrefix(place.workflowId)}${keyName(place.runId)}/${keyName(place.activityId)}/${place.attempt}/`;
}

export function chunkName(firstLineMs: number, number: number): string {
  return `${String(firstLineMs).padStart(TIME_DIGITS, '0')}-${String(number).padStart(NUMBER_DIGITS, '0')}.jsonl`;
}

/** Null for a key of another form. */
export function parseChunkKey(key: string): LogChunk | null {
  const parts = key.split('/');
  const [, , run = '', activity = '', attempt = '', chunk = ''] = parts;
  if (parts.length !== PARTS || !/^\d+-\d+\.jsonl$/.test(chunk) || !/^\d+$/.test(attempt)) return null;
  return {
    key,
    runId: textOfKeyName(run),
    activity: textOfKeyName(activity),
    attempt: Number(attempt),
    firstLineMs: Number(chunk.slice(0, chunk.indexOf('-'))),
  };
}
