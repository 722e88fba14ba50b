import { constants } from 'node:os';
import type { ErrorCode } from '../../errors/codes.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ToldFailure } from './failure-file.js';
import type { ProgramEnd } from './process-group.js';

export type EndFacts = {
  readonly end: Omit<ProgramEnd, 'leftOthers'>;
  readonly program: string;
  readonly where: string;
  readonly path: string;
  readonly told: ToldFailure | null;
  readonly tail: readonly string[];
  /** Whether the kernel ended a process for want of memory meanwhile. */
  readonly outOfMemory: boolean;
};

const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
/** A shell that sees a program end by signal n ends with 128 + n. */
const SIGNAL_BASE = 128;
const LAST_SIGNAL = 64;
const LONGEST_TAIL = 2_000;

const OUT_OF_MEMORY = /\bMemoryError\b|out of memory|std::bad_alloc|Cannot allocate memory|OutOfMemoryError/i;
const DISK_FULL = /No space left on device|\bENOSPC\b|Disk quota exceeded/i;

/** Why a program failed; null when it ended with exit code 0. */
export function exitFailure(facts: EndFacts): PipelineError | null {
  const { end, told } = facts;
  if (end.startError !== null) return startFailure(facts, end.startError);
  const signal = end.signal ?? signalOf(end.exitCode ?? 0);
  if (signal === null && end.exitCode === 0) return null;
  const ended = signal === null ? `ended with exit code ${String(end.exitCode)}` : `was ended by ${signal}`;
  if (facts.outOfMemory || facts.tail.some((line) => OUT_OF_MEMORY.test(line)))
    return failure('COMMAND_OUT_OF_MEMORY', facts, `ran out of memory: it ${ended}`, { retryable: signal !== null });
  if (facts.tail.some((line) => DISK_FULL.test(line)))
    return failure('COMMAND_DISK_FULL', facts, `found the disk full: it ${ended}`, {});
  if (signal !== null) return failure('COMMAND_KILLED', facts, ended, { retryable: told?.retryable ?? true });
  if (end.exitCode === NOT_FOUND)
    return failure('COMMAND_NOT_FOUND', facts, `${ended}: a program that it calls was not found`, {});
  if (end.exitCode === NOT_EXECUTABLE)
    return failure('COMMAND_NOT_EXECUTABLE', facts, `${ended}: a file may not be executed`, {});
  return failure('COMMAND_FAILED', facts, ended, { retryable: told?.retryable ?? false });
}

function startFailure(facts: EndFacts, code: string): PipelineError {
  if (code === 'ENOENT') return failure('COMMAND_NOT_FOUND', facts, 'was not found', {});
  if (code === 'EACCES' || code === 'ENOEXEC') return failure('COMMAND_NOT_EXECUTABLE', facts, 'may not be executed', {});
  if (code === 'ENOMEM')
    return failure('COMMAND_OUT_OF_MEMORY', facts, 'could not be started for want of memory', { retryable: true });
  return failure('COMMAND_FAILED', facts, `could not be started (${code})`, { retryable: code === 'EAGAIN' });
}

function signalOf(exitCode: number): string | null {
  const number = exitCode - SIGNAL_BASE;
  if (number < 1 || number > LAST_SIGNAL) return null;
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}

function failure(
  code: ErrorCode,
  { program, where, path, told, tail, end }: EndFacts,
  what: string,
  { retryable }: { readonly retryable?: boolean },
): PipelineError {
  const searched = code === 'COMMAND_NOT_FOUND' || code === 'COMMAND_NOT_EXECUTABLE' ? `; PATH is ${path}` : '';
  const words = told === null ? lastWords(tail) : told.message;
  return new PipelineError(code, {
    what: `"${program}" ${what}${words === '' ? '' : `: ${words}`}`,
    where: `${where}${searched}`,
    ...(retryable === undefined ? {} : { retryable }),
    details: { exitCode: end.exitCode, signal: end.signal, told: told?.message ?? null, lastLines: tail.map(cut) },
  });
}

function lastWords(tail: readonly string[]): string {
  return tail.slice(-3).map(cut).join(' | ');
}

const cut = (line: string): string => (line.length > LONGEST_TAIL / 4 ? `${line.slice(0, LONGEST_TAIL / 4)}…` : line);
