import { shortNumber } from './short-number.js';
import type { ActivityProgress } from '../../client/index.js';

const BAR_WIDTH = 24;
const MIB_PER_GIB = 1_024;

/** An activity that is under way on one line: what it waits for, how far it is, what it said last, its attempt, and what its worker uses. */
export function progressLine(progress: ActivityProgress): string {
  const { activityId, attempt, done, total, note, lastFailure, waitingFor, devices, queued } = progress;
  const parts = [activityId];
  if (waitingFor !== null) parts.push(`waiting for ${waitingFor}`);
  if (queued !== undefined && queued !== null) parts.push(`in the queue ${queued.queue} for ${queued.seconds} s`);
  if (devices.length > 0) parts.push(`on ${devices.length === 1 ? 'device' : 'devices'} ${devices.join(', ')}`);
  if (done !== null && total !== null && total > 0) {
    const filled = Math.round((Math.min(done, total) / total) * BAR_WIDTH);
    parts.push(`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${shortNumber(done)}/${shortNumber(total)}`);
  } else if (done !== null) parts.push(shortNumber(done));
  if (note !== null) parts.push(note);
  if (attempt > 1) parts.push(`attempt ${attempt}${lastFailure === null ? '' : ` after: ${lastFailure.split('\n')[0] ?? ''}`}`);
  return parts.join('  ');
}

/** What the worker of an activity uses: `worker: cpu 140 %, 1.5 GiB`; empty when it has not told. */
export function usageOf({ process }: ActivityProgress): string {
  if (process === undefined || process === null) return '';
  const { cpuPercent, rssMiB } = process;
  const memory = rssMiB < MIB_PER_GIB ? `${rssMiB} MiB` : `${(rssMiB / MIB_PER_GIB).toFixed(1)} GiB`;
  return `worker: cpu ${cpuPercent} %, ${memory}`;
}
