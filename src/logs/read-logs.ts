import { isPipelineError } from '../errors/pipeline-error.js';
import { parseJson } from '../store/json/parse-json.js';
import type { ObjectStore } from '../store/port.js';
import type { LogChunk } from './log-keys.js';
import { parseChunkKey, workflowLogPrefix } from './log-keys.js';
import { LOG_LEVELS, type LogLevel, type LogLine } from './log-line.js';

/** The stored chunks of a workflow's logs in the order of their first lines; all runs under the workflow id. */
export async function listLogChunks(objects: ObjectStore, workflowId: string): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  for await (const { key } of objects.list(workflowLogPrefix(workflowId))) {
    const chunk = parseChunkKey(key);
    if (chunk !== null) chunks.push(chunk);
  }
  return chunks.sort((left, right) => left.firstLineMs - right.firstLineMs || (left.key < right.key ? -1 : 1));
}

/** Whether an activity is part of a step: the step itself, an operation, an item of a map, a later round. */
export function isOfStep(activity: string, step: string): boolean {
  return activity === step || (activity.startsWith(step) && ['.', '[', '~'].includes(activity.charAt(step.length)));
}

/** The step of an activity. */
export const stepOfActivity = (activity: string): string => activity.replace(/[.[~].*$/, '');

export const isAtLeast = (level: LogLevel, least: LogLevel): boolean => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);

/** The lines of one chunk. A line that cannot be read, of another version say, is given as text. */
export async function readLogChunk(objects: ObjectStore, key: string): Promise<LogLine[]> {
  const { bytes } = await objects.get(key);
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map(parseLine);
}

function parseLine(text: string): LogLine {
  try {
    const value = parseJson(Buffer.from(text), 'a line of a log');
    if (typeof value === 'object' && value !== null && 'message' in value && 'at' in value && 'level' in value)
      return value as LogLine;
  } catch (error) {
    if (!isPipelineError(error)) throw error;
  }
  return { at: '', level: 'info', source: 'runner', message: text };
}
