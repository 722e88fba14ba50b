import { closeSync, constants, fdatasync, openSync } from 'node:fs';
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

/**
 * A file that is only added to, each addition durable when its promise resolves; those that come together share one wait for the disk. It is
 * open while somebody waits: an idle process keeps nobody from unmounting the disk.
 */
export class GroupCommitFile {
  readonly #file: string;
  readonly #waiting: Waiting[] = [];
  #descriptor: number | null = null;
  #committing: Promise<void> | null = null;
  #bytes = 0;

  /** The file must be a new one; its name is the caller's to make durable. */
  constructor(file: string) {
    this.#file = file;
    closeSync(openSync(file, 'ax', 0o600));
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const descriptor = this.#write(Buffer.from(text));
      this.#waiting.push({ resolve, reject });
      this.#committing ??= this.#commit(descriptor);
    });
  }

  /** Resolves when nobody waits. */
  async idle(): Promise<void> {
    await this.#committing;
  }

  #write(line: Buffer): number {
    const descriptor = (this.#descriptor ??= openSync(this.#file, constants.O_WRONLY | constants.O_APPEND));
    try {
      writeWhole(descriptor, line);
    } catch (error) {
      if (this.#committing === null) this.#release(descriptor);
      throw error;
    }
    this.#bytes += line.length;
    return descriptor;
  }

  async #commit(descriptor: number): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length > 1) await sleep(GATHER_MS);
      const batch = this.#waiting.splice(0);
      try {
        await flush(descriptor);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#committing = null;
    this.#release(descriptor);
  }

  #release(descriptor: number): void {
    this.#descriptor = null;
    closeSync(descriptor);
  }
}
