import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { isAbsent } from '../file-errors.js';
import { RESERVED } from '../object-key.js';
import { GroupCommitFile } from './group-commit.js';
import { restoreSegment, segmentLine, settleSegment } from './log-segment.js';
import { ensureFolder, type StagingFolder, syncPath } from './staging.js';
import { entriesOf, statusOf } from './versions.js';

const FOLDER = `${RESERVED}wal`;
/** In front of the name of a segment that was put aside. */
const REFUSED = 'refused~';
/** By then the system has written the files of its own accord, and to settle them costs little. */
const SEGMENT_MS = 300_000;
const SEGMENT_BYTES = 64 << 20;
/** A process that lives has begun another segment long before. */
const ABANDONED_MS = 3_600_000;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS: by their magic numbers in Linux's `magic.h`. */
const LOCAL_FILE_SYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010]);

type Segment = {
  readonly path: string;
  readonly file: GroupCommitFile;
  readonly openedAt: number;
  readonly timer: NodeJS.Timeout;
};

/**
 * What makes many small files durable at the price of one: their bytes are in this log too, which alone waits for the disk. A process that is
 * killed needs no log, as the system writes its files anyway; after a power cut, that is in another boot of the system, whoever opens
 * the store first puts back what is missing. Each process writes segments of its own, `.~wal/<boot>~<random>.log`, for five minutes each.
 */
export class WriteAheadLog {
  readonly #root: string;
  readonly #boot: string;
  readonly #staging: StagingFolder;
  #segment: Segment | null = null;
  #beginning: Promise<void> | null = null;

  private constructor(root: string, boot: string, staging: StagingFolder) {
    this.#root = root;
    this.#boot = boot;
    this.#staging = staging;
  }

  /**
   * Settles first what an earlier boot, or a process that is gone, left. Null where no log can be kept: only Linux tells one boot from
   * another, and a file system that several machines share has several.
   */
  static async open(root: string, staging: StagingFolder): Promise<WriteAheadLog | null> {
    const boot = bootId();
    if (boot === null || !LOCAL_FILE_SYSTEMS.has((await fs.statfs(root)).type)) return null;
    const log = new WriteAheadLog(root, boot, staging);
    for (const { name } of await entriesOf(log.#folder)) {
      if (!name.startsWith(REFUSED)) await log.#takeOver(name);
    }
    return log;
  }

  /** Durable when it resolves. */
  async append(key: string, bytes: Uint8Array): Promise<void> {
    let segment = this.#current();
    while (segment === null) {
      await this.#begun();
      // While one waited for it, another may have ended it.
      segment = this.#current();
    }
    try {
      await segment.file.append(segmentLine(key, bytes));
    } catch (error) {
      this.#end(segment);
      throw error;
    }
  }

  get #folder(): string {
    return path.join(this.#root, FOLDER);
  }

  /** Null when another is to be begun. */
  #current(): Segment | null {
    const segment = this.#segment;
    if (segment !== null && (segment.file.bytes > SEGMENT_BYTES || Date.now() - segment.openedAt > SEGMENT_MS))
      this.#end(segment);
    return this.#segment;
  }

  #begun(): Promise<void> {
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #begin(): Promise<void> {
    await ensureFolder(this.#folder);
    const file = path.join(this.#folder, `${this.#boot}~${randomBytes(8).toString('hex')}.log`);
    const segment: Segment = {
      path: file,
      file: new GroupCommitFile(file),
      openedAt: Date.now(),
      timer: setTimeout(() => {
        this.#end(segment);
      }, SEGMENT_MS).unref(),
    };
    await syncPath(this.#folder);
    this.#segment = segment;
  }

  #end(segment: Segment): void {
    if (this.#segment !== segment) return;
    this.#segment = null;
    clearTimeout(segment.timer);
    // Nobody waits for it: whatever ends it early leaves the segment to the next.
    void orWarn(segment.path, async () => {
      await segment.file.idle();
      await settleSegment(segment.path, this.#root);
    });
  }

  /** After a crash of a process, the system still has its writes. After a restart of the machine, only durable writes are left. */
  async #takeOver(name: string): Promise<void> {
    const segment = path.join(this.#folder, name);
    if (!name.startsWith(`${this.#boot}~`)) await orWarn(segment, () => restoreSegment(segment, this.#root, this.#staging));
    else if (isAbandoned(segment)) await orWarn(segment, () => settleSegment(segment, this.#root));
  }
}

function isAbandoned(segment: string): boolean {
  const status = statusOf(segment);
  return status !== null && Date.now() - Number(status.mtimeMs) > ABANDONED_MS;
}

/** A segment that cannot be settled stays, and whoever opens the store next tries again; one that is not ours is put aside for people to look at. */
async function orWarn(segment: string, settle: () => Promise<void>): Promise<void> {
  try {
    await settle();
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_SEGMENT_REFUSED') {
      process.emitWarning(error.message, { code: error.code });
      await putAside(segment);
      return;
    }
    process.emitWarning(`the write-ahead log ${segment} could not be settled: ${reasonOf(error)}`);
  }
}

async function putAside(segment: string): Promise<void> {
  try {
    await fs.rename(segment, path.join(path.dirname(segment), REFUSED + path.basename(segment)));
  } catch (error) {
    if (!isAbsent(error)) process.emitWarning(`${segment} could not be put aside: ${reasonOf(error)}`);
  }
}

function bootId(): string | null {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
