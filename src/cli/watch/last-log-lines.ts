import type { ActivityProgress } from '../../client/index.js';
import { attemptLogPrefix } from '../../logs/log-keys.js';
import { readLogChunk } from '../../logs/read-logs.js';
import type { ObjectStore } from '../../store/port.js';

/** An activity that is under way, with the last line that it has logged; absent when it has logged nothing. */
export type LoggingActivity = ActivityProgress & { readonly lastLine?: string };

/** As many as a screen has room for: a map has hundreds under way at once. */
const MOST_ACTIVITIES = 20;
const CONTROL_CHARACTERS = /\p{Cc}+/gu;

/** Adds to each activity the last line that its attempt has stored. Each chunk of a log is read once. */
export function lastLogLines(
  objects: ObjectStore,
  run: { readonly workflowId: string; readonly runId: string },
): (activities: readonly ActivityProgress[]) => Promise<readonly LoggingActivity[]> {
  const known = new Map<string, { readonly chunk: string; readonly line: string }>();
  const lastLine = async ({ activityId, attempt }: ActivityProgress): Promise<string | undefined> => {
    const prefix = attemptLogPrefix({ ...run, activityId, attempt });
    let newest = '';
    // The names of chunks begin with their time: the last by name is the newest.
    for await (const { key } of objects.list(prefix)) if (key > newest) newest = key;
    if (newest === '') return undefined;
    const before = known.get(prefix);
    if (before?.chunk === newest) return before.line;
    const line = (await readLogChunk(objects, newest)).at(-1)?.message.replaceAll(CONTROL_CHARACTERS, ' ') ?? '';
    known.set(prefix, { chunk: newest, line });
    return line;
  };
  return async (activities) => {
    const shown = activities.slice(0, MOST_ACTIVITIES).map(async (activity) => {
      const line = await lastLine(activity);
      return line === undefined ? activity : { ...activity, lastLine: line };
    });
    return [...(await Promise.all(shown)), ...activities.slice(MOST_ACTIVITIES)];
  };
}
