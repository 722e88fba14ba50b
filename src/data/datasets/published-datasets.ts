import type { DatasetRef } from '../../contracts/dataset.js';
import type { RunIdentity } from '../../contracts/run.js';
import type { DatasetLogEntry } from '../../contracts/plan/triggers.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import { AppendLog } from '../../store/log/append-log.js';
import { getIfThere, recordBytes } from '../../store/json/json-record.js';
import type { ObjectStore } from '../../store/port.js';

const ROOT = 'datasets/';
const MEMBERS = ['n', 'at', 'dataset', 'rows', 'from', 'to', 'pipeline', 'step', 'workflowId', 'runId', 'previousHash'] as const;

type Publication = Pick<DatasetLogEntry, 'n' | 'dataset' | 'step' | 'workflowId' | 'runId'>;

/** What the log of a data set comes to: its content, and the newest 500 publications. */
type LogState = { readonly newest: DatasetLogEntry | null; readonly published: readonly Publication[] };

const MOST_PUBLISHED = 500;
const NO_ENTRIES: LogState = { newest: null, published: [] };

function withEntry({ published }: LogState, newest: DatasetLogEntry): LogState {
  const { n, dataset, step, workflowId, runId } = newest;
  return { newest, published: [...published, { n, dataset, step, workflowId, runId }].slice(-MOST_PUBLISHED) };
}

const pointerKey = (name: string): string => `${ROOT}${name}/latest.json`;

/**
 * Data sets by name, under `datasets/<name>/` of a store. A publication happens at the moment when its entry is appended to the log;
 * the pointer `latest.json` follows by compare-and-swap. Errors: DATASET_LOG_BROKEN, STORE_*.
 */
export class PublishedDatasets {
  readonly #objects: ObjectStore;
  readonly #log: AppendLog<DatasetLogEntry, LogState>;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
    this.#log = new AppendLog(objects, {
      prefix: (name) => `${ROOT}${name}/log/`,
      checkpoints: (name) => `${ROOT}${name}/log-checkpoints/1/`,
      members: MEMBERS,
      fold: { start: NO_ENTRIES, add: withEntry },
      broken,
    });
  }

  /**
   * Makes a data set the newest content of the name. The content that is there already is no change, and a step of a run that publishes
   * the same data set again has published it once, as far as the newest 500 publications tell.
   * @returns the number of the entry that this step of this run wrote, now or before; null when it wrote none.
   */
  async publish(name: string, { id, meta }: DatasetRef, run: RunIdentity, step: string): Promise<number | null> {
    const own = (entry: Publication): boolean =>
      entry.workflowId === run.workflowId && entry.runId === run.runId && entry.step === step && entry.dataset === id;
    const { published } = await this.#log.append(name, (known) => {
      if (known.published.some(own) || known.newest?.dataset === id) return null;
      const { pipeline, workflowId, runId } = run;
      return { dataset: id, rows: meta.rows, from: meta.from, to: meta.to, pipeline, step, workflowId, runId };
    });
    await this.#followLog(name);
    return published.find(own)?.n ?? null;
  }

  /** Entry `n` of the log; null when there is none. */
  async entry(name: string, n: number): Promise<DatasetLogEntry | null> {
    return (await this.#log.at(name, n))?.entry ?? null;
  }

  /** Oldest first; empty for an unknown name. Reads every entry. */
  log(name: string): Promise<readonly DatasetLogEntry[]> {
    return this.#log.read(name);
  }

  /** Names of all published data sets, sorted. */
  async names(): Promise<readonly string[]> {
    const names = new Set<string>();
    for await (const { key } of this.#objects.list(ROOT)) names.add(key.split('/')[1] ?? '');
    return [...names].sort();
  }

  /** The pointer is read before the log, so a swap never replaces a newer entry by an older one. */
  async #followLog(name: string): Promise<void> {
    for (;;) {
      const stored = await getIfThere(this.#objects, pointerKey(name));
      const { newest } = await this.#log.state(name);
      if (newest === null) return;
      const bytes = recordBytes(newest);
      if (stored?.bytes.equals(bytes) === true) return;
      try {
        if (stored === null) await this.#objects.putIfAbsent(pointerKey(name), bytes);
        else await this.#objects.putIfMatch(pointerKey(name), bytes, stored.etag);
        return;
      } catch (error) {
        if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
      }
    }
  }
}

function broken(name: string, key: string, what: string, detail: string | null, cause?: unknown): PipelineError {
  return new PipelineError('DATASET_LOG_BROKEN', {
    what: `${what}${detail === null ? '' : ` (${detail})`}`,
    where: `log entry ${key} of data set ${name}`,
    details: { dataset: name, entry: key },
    cause,
  });
}
