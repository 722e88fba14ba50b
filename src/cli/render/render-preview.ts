import Table from 'cli-table3';
import type { GateConfig } from '../../contracts/stages/gate.js';
import type { PreviewedPlace, RunPreview } from '../preview.js';
import type { Terminal } from '../terminal.js';

const MINUTE_S = 60;
const HOUR_S = 3_600;

/** What a run would do, as a table of its steps and lines about the rest. */
export function renderPreview({ steps, approvals, hooks, duration }: RunPreview, { colours }: Terminal): string {
  const placed = steps.some(({ place }) => place !== null);
  const table = new Table({
    head: ['step', 'now', 'why', ...(placed ? ['pool'] : []), 'about'],
    style: { head: [], border: [], compact: true },
  });
  const paint = { hit: colours.green, reused: colours.green, fails: colours.red, runs: colours.yellow } as const;
  for (const { step, verdict, reason, place } of steps) {
    const seconds = duration.steps[step];
    const word = verdict in paint ? paint[verdict as keyof typeof paint](verdict) : verdict;
    table.push([step, word, reason, ...(placed ? [placeLine(place)] : []), seconds === undefined ? '' : time(seconds)]);
  }
  return [
    colours.bold('a run with these parameters, now'),
    table.toString(),
    ...approvals.map(({ step, gate }) => `approval ${step} asks: ${approvalLine(gate)}`),
    ...hooks.map(({ on, notifier, afterSeconds }) => {
      return `on ${on}${afterSeconds === null ? '' : ` after ${time(afterSeconds)}`}: ${notifier}`;
    }),
    durationLine(duration, approvals.length > 0),
  ].join('\n');
}

function placeLine(place: PreviewedPlace | null): string {
  if (place === null) return '';
  const { pool, taskQueue, workers, limit } = place;
  const parts = [
    ...(pool === taskQueue ? [] : [`queue ${taskQueue}`]),
    ...(workers === null ? [] : [workers === 0 ? 'no worker' : `${workers} worker${workers === 1 ? '' : 's'}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
  ];
  return parts.length === 0 ? pool : `${pool} (${parts.join(', ')})`;
}

function approvalLine({ message, quorum = 1, approvers, expiresMs, onExpiry = 'fail', fourEyes }: GateConfig): string {
  const ends = { fail: 'fails', reject: 'counts as rejected', approve: 'counts as approved' }[onExpiry];
  return [
    message,
    `${quorum} approval${quorum === 1 ? '' : 's'} of ${approvers === undefined ? 'anybody' : approvers.join(', ')}`,
    ...(fourEyes === true ? ['not of who starts the run'] : []),
    ...(expiresMs === null ? [] : [`${ends} after ${time(expiresMs / 1000)}`]),
  ].join('; ');
}

function durationLine({ runs, least, most, unknown }: RunPreview['duration'], approvals: boolean): string {
  if (runs === 0) return 'no earlier run to estimate its time from';
  const span = time(least) === time(most) ? `about ${time(most)}` : `about ${time(least)} to ${time(most)}`;
  const without = unknown.length === 0 ? '' : `; never ran before, not counted: ${unknown.join(', ')}`;
  return `${span}, by ${runs} earlier run${runs === 1 ? '' : 's'}${approvals ? ', without the waits for people' : ''}${without}`;
}

function time(seconds: number): string {
  if (seconds < 1) return `${seconds === 0 ? 0 : seconds.toFixed(1)} s`;
  if (seconds < MINUTE_S) return `${Math.round(seconds)} s`;
  return seconds < HOUR_S ? `${Math.round(seconds / MINUTE_S)} min` : `${(seconds / HOUR_S).toFixed(1)} h`;
}
