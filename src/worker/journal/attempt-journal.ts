import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { livingProcesses } from '../../store/claims/living-processes.js';
import { reasonOf } from '../../errors/describe-thrown.js';

/** An attempt of a step that a process has under way: enough to tell the server that it is lost. */
export type OpenAttempt = {
  /** Base 64. */
  readonly taskToken: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Absent: noted before ids were. */
  readonly activityId?: string;
};

export type JournalOwner = { readonly address: string; readonly namespace: string };
export type Journal = JournalOwner & { readonly attempts: readonly OpenAttempt[] };

const ROOT = path.join(os.tmpdir(), 'perennial');
const FOLDER = path.join(ROOT, 'attempts');
/** `<process>~<number>.json`. */
const NAME = /^(?<owner>.+)~\d+\.json$/;
/** Attempts shorter than this leave no trace and cost nothing. */
const WRITE_EVERY_MS = 250;

let journals = 0;

/**
 * The attempts that this process has under way, in one file of this machine, behind by a quarter of a second at most. When the process is killed, the
 * next worker on the machine finds the file and need not wait for heartbeats to stay away.
 */
export class AttemptJournal {
  readonly #owner: JournalOwner;
  readonly #file: string;
  readonly #open = new Map<string, OpenAttempt>();
  #timer: NodeJS.Timeout | null = null;
  #written = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(owner: JournalOwner) {
    this.#owner = owner;
    this.#file = path.join(FOLDER, `${livingProcesses(ROOT).own()}~${++journals}.json`);
  }

  /** @returns what to call when the attempt has ended. */
  enter(attempt: OpenAttempt): () => void {
    this.#open.set(attempt.taskToken, attempt);
    this.#timer ??= setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write());
    }, WRITE_EVERY_MS).unref();
    return () => {
      this.#open.delete(attempt.taskToken);
    };
  }

  /** Nothing is under way any more: removes the file. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#writing;
    await fs.rm(this.#file, { force: true });
  }

  async #write(): Promise<void> {
    const text = JSON.stringify({ ...this.#owner, attempts: [...this.#open.values()] } satisfies Journal);
    if (text === this.#written) return;
    try {
      await fs.mkdir(FOLDER, { recursive: true });
      await fs.writeFile(`${this.#file}.new`, text);
      await fs.rename(`${this.#file}.new`, this.#file);
      this.#written = text;
    } catch (error) {
      // Without the file the loss of this process is still noticed, by its heartbeats.
      process.emitWarning(`the attempts under way could not be noted: ${reasonOf(error)}`);
    }
  }
}

/** Journals that processes left that were killed, for this server and namespace. Each is given to one caller only. */
export async function takeDeadJournals(owner: JournalOwner): Promise<readonly Journal[]> {
  const names = await fs.readdir(FOLDER).catch(() => []);
  const found: Journal[] = [];
  for (const name of names) {
    const left = NAME.exec(name)?.groups?.['owner'];
    const file = path.join(FOLDER, name);
    const status = await fs.stat(file).catch(() => null);
    if (left === undefined || status === null || !(await livingProcesses(ROOT).isGone(left, status.mtimeMs))) continue;
    const journal = parseJournal(await fs.readFile(file, 'utf8').catch(() => ''));
    if (journal !== null && (journal.address !== owner.address || journal.namespace !== owner.namespace)) continue;
    const taken = await fs.unlink(file).then(
      () => true,
      () => false,
    );
    if (taken && journal !== null) found.push(journal);
  }
  return found;
}

function parseJournal(text: string): Journal | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'attempts' in value && Array.isArray(value.attempts)
      ? (value as Journal)
      : null;
  } catch {
    return null;
  }
}
