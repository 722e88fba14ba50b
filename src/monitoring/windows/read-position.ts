import type { LogFile } from '../../predictions/log-file-name.js';
import { DAY_MS, DAY_WRITER, type LogListing } from '../../predictions/log-files.js';

/** How far a log had been read: of each writer, `<replica>-<incarnation>`, the number of the newest write that was there. */
export type ReadPosition = { readonly [writer: string]: number };

/** Writers that have been silent for so long are left out, and what comes later of them counts by the time at which it was logged. */
export const REMEMBERED_MS = 2 * DAY_MS;

const writerOf = ({ name }: LogFile): string | null =>
  name === null || name.replica === DAY_WRITER ? null : `${name.replica}-${name.incarnation}`;

/** Position of a listing. Days that were folded as a whole have no writers any more. */
export function readPosition({ recent }: LogListing): ReadPosition {
  const newest = recent.reduce((ms, { name }) => Math.max(ms, name?.loggedAt.toMs ?? -Infinity), -Infinity);
  const position: { [writer: string]: number } = {};
  for (const file of recent) {
    const writer = writerOf(file);
    if (writer === null || file.name === null || file.name.loggedAt.toMs < newest - REMEMBERED_MS) continue;
    position[writer] = Math.max(position[writer] ?? -1, file.name.last);
  }
  return position;
}

/**
 * Whether the rows of a file have come since the log was read as far as `position`, at `readMs`: all, none, or those that were logged after that time,
 * as well as can be told where a fold holds both.
 */
export function cameSince(file: LogFile, position: ReadPosition, readMs: number): 'all' | 'none' | 'by time' {
  const writer = writerOf(file);
  if (writer === null || file.name === null) return 'by time';
  const read = position[writer];
  if (read === undefined) return file.name.loggedAt.toMs >= readMs - REMEMBERED_MS ? 'all' : 'none';
  if (file.name.first > read) return 'all';
  return file.name.last <= read ? 'none' : 'by time';
}
