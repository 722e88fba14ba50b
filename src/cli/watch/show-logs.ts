import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { LogChunk } from '../../logs/log-keys.js';
import type { LogLevel, LogLine } from '../../logs/log-line.js';
import { isAtLeast, isOfStep, listLogChunks, readLogChunk, stepOfActivity } from '../../logs/read-logs.js';
import type { ObjectStore } from '../../store/port.js';
import type { Colours, Terminal } from '../terminal.js';

export type LogQuery = {
  readonly run: string;
  readonly step?: string;
  readonly attempt?: number;
  readonly level: LogLevel;
  /** One of several runs under the workflow id; default the newest. */
  readonly runId?: string;
};

/** Lines are stored about every two seconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Prints the stored lines of a run, oldest first, chunk by chunk, so that memory stays small however long they are.
 * @param ended - null: what there is now; else goes on until it resolves.
 * @returns what the run has logged at all, printed or not.
 */
export async function showLogs(
  objects: ObjectStore,
  query: LogQuery,
  print: (chunk: LogChunk, line: LogLine) => void,
  ended: Promise<unknown> | null,
): Promise<readonly LogChunk[]> {
  const printed = new Set<string>();
  const look = async (): Promise<readonly LogChunk[]> => {
    const chunks = ofOneRun(await listLogChunks(objects, query.run), query.runId);
    for (const chunk of chunks) {
      if (printed.has(chunk.key) || !isAsked(chunk, query)) continue;
      printed.add(chunk.key);
      for (const line of await readLogChunk(objects, chunk.key)) if (isAtLeast(line.level, query.level)) print(chunk, line);
    }
    return chunks;
  };
  for (;;) {
    const over = ended === null || (await Promise.race([ended.then(() => true), sleep(LOOK_EVERY_MS, false)]));
    const chunks = await look();
    if (over) return chunks;
  }
}

/** @throws PipelineError `EXECUTION_UNKNOWN_STEP` listing the known steps when neither the logs nor the plan have this one. `planned` null: nobody knows the plan. */
export function requireKnownStep(
  step: string,
  chunks: readonly LogChunk[],
  planned: readonly string[] | null,
  run: string,
): void {
  // It may be one that has logged nothing.
  if (planned === null) return;
  const known = [...new Set([...planned, ...chunks.map(({ activity }) => stepOfActivity(activity))])].sort();
  if (known.includes(step) || known.includes(stepOfActivity(step)) || chunks.some(({ activity }) => isOfStep(activity, step)))
    return;
  throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: `the run has no step "${step}"`,
    where: `run ${run}`,
    expected: `one of ${known.join(', ')}`,
    cure: 'Name one of these steps, or leave the step out to see them all.',
    details: { known },
  });
}

/** `09:12:33.123 train[3] #2 stderr  text  {"more":1}`. */
export function logLine({ activity, attempt }: LogChunk, line: LogLine, colours: Colours): string {
  const paint = { debug: colours.dim, info: (text: string) => text, warn: colours.yellow, error: colours.red }[line.level];
  const who = `${activity}${attempt > 1 ? ` #${attempt}` : ''}`;
  const source = line.source === 'step' ? line.level : line.source;
  const fields = line.fields === undefined ? '' : `  ${colours.dim(JSON.stringify(line.fields))}`;
  return `${colours.dim(line.at.slice(11, 23))} ${colours.cyan(who)} ${source.padEnd(6)} ${paint(line.message)}${fields}`;
}

export function printer(terminal: Terminal, json: boolean): (chunk: LogChunk, line: LogLine) => void {
  return (chunk, line) => {
    const { activity, attempt } = chunk;
    terminal.out(json ? JSON.stringify({ activity, attempt, ...line }) : logLine(chunk, line, terminal.colours));
  };
}

function ofOneRun(chunks: readonly LogChunk[], runId: string | undefined): readonly LogChunk[] {
  const wanted = runId ?? chunks.at(-1)?.runId;
  return chunks.filter((chunk) => chunk.runId === wanted);
}

const isAsked = (chunk: LogChunk, { step, attempt }: LogQuery): boolean =>
  (step === undefined || isOfStep(chunk.activity, step)) && (attempt === undefined || chunk.attempt === attempt);
