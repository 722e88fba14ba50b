import { codeFiles, stampOf } from '../../cache/code/shared-code.js';

/** The files that pipelines are made of: those that export them, and the local modules that these import. */
export class WatchedFiles {
  readonly #entries: readonly string[];
  #stamps: ReadonlyMap<string, string> = new Map();

  /** @param entries - absolute paths. */
  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  /** True when one of them has changed since this was asked last, or is asked for the first time. What they import now is found out again then. */
  async haveChanged(): Promise<boolean> {
    if (this.#stamps.size > 0 && [...this.#stamps].every(([file, stamp]) => stampOf(file) === stamp)) return false;
    const found = await Promise.all(
      // A file that cannot be read as code is one that is being written: the modules that were known stay watched.
      this.#entries.map((entry) => codeFiles(entry).catch(() => [entry, ...this.#stamps.keys()])),
    );
    this.#stamps = new Map([...new Set(found.flat())].map((file) => [file, stampOf(file)]));
    return true;
  }
}
