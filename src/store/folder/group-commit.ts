import { closeSync, fdatasync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { writeWhole } from './staging.js';

/**
 * Where several wait for the disk already, more will come soon: each commit makes the file system write its own journal, and beside a
 * busy database that costs far more than to wait.
 */
const GATHER_MS = 8;

const flush = promisify(fdatasync);

type Waiting = { readonly resolve: () => void; readonly reject: (reason: unknown) => void };

/** A file that is only added to, each addition durable when its promise resolves; those that come together share one wait for the disk. */
export class GroupCommitFile {
  readonly #descriptor: number;
  readonly #waiting: Waiting[] = [];
  #committing: Promise<void> | null = null;
  #bytes = 0;

  /** The file must be a new one; its name is the caller's to make durable. */
  constructor(file: string) {
    this.#descriptor = openSync(file, 'ax', 0o600);
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(text: string): Promise<void> {
    const line = Buffer.from(text);
    writeWhole(this.#descriptor, line);
    this.#bytes += line.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#committing ??= this.#commit();
    });
  }

  /** Nothing is appended any more: waits for what was. */
  async close(): Promise<void> {
    await this.#committing;
    closeSync(this.#descriptor);
  }

  async #commit(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length > 1) await sleep(GATHER_MS);
      const batch = this.#waiting.splice(0);
      try {
        await flush(this.#descriptor);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#committing = null;
  }
}
