import type { TimeRange } from '../../predictions/log-file-name.js';
import { unite } from '../../predictions/log-file-name.js';
import type { RowGroup } from '../../predictions/parquet/parquet-file.js';

/** What was written as one file. */
export interface WrittenFile {
  readonly key: string;
  readonly day: string;
  readonly write: number;
  readonly groups: readonly RowGroup[];
  readonly eventTime: TimeRange;
  readonly loggedAt: TimeRange;
}

/** Files that go into one, in the order of their writes; at least two. */
export interface Fold {
  readonly files: readonly WrittenFile[];
  readonly groups: readonly RowGroup[];
  readonly eventTime: TimeRange;
  readonly loggedAt: TimeRange;
}

/** A file of so many bytes or more stays as it is. */
const LARGE_BYTES = 1 << 20;
/** So many small files are folded, or sooner when they are so large together: that much memory is held for them at most. */
const FOLD_FILES = 60;
const FOLD_BYTES = 8 << 20;

const bytesOf = (groups: readonly RowGroup[]): number => groups.reduce((sum, group) => sum + group.byteLength, 0);
const columnsOf = (groups: readonly RowGroup[]): string => JSON.stringify(groups[0]?.columns);

/**
 * The small files that a server wrote and may fold into one, which costs no encoding: a file is put together from the row groups of
 * several. Files of other columns or of another day than the ones before begin a new fold.
 */
export class SmallFiles {
  #files: WrittenFile[] = [];

  /** Takes a file that was written. Returns those that are to be folded now, if any. */
  add(file: WrittenFile): Fold | null {
    const [first] = this.#files;
    const fits = first === undefined || (first.day === file.day && columnsOf(first.groups) === columnsOf(file.groups));
    const small = bytesOf(file.groups) < LARGE_BYTES;
    if (fits && small) {
      this.#files.push(file);
      const total = this.#files.reduce((sum, { groups }) => sum + bytesOf(groups), 0);
      return this.#files.length >= FOLD_FILES || total >= FOLD_BYTES ? this.#take([]) : null;
    }
    return this.#take(small ? [file] : []);
  }

  #take(next: WrittenFile[]): Fold | null {
    const files = this.#files;
    this.#files = next;
    const [first] = files;
    if (first === undefined || files.length < 2) return null;
    return {
      files,
      groups: files.flatMap(({ groups }) => groups),
      eventTime: files.reduce((range, file) => unite(range, file.eventTime), first.eventTime),
      loggedAt: files.reduce((range, file) => unite(range, file.loggedAt), first.loggedAt),
    };
  }
}
