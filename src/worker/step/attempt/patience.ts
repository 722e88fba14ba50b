import { setTimeout as sleep } from 'node:timers/promises';
import { isPipelineError } from '../../../errors/pipeline-error.js';
import type { TemporalDoor } from '../../../pipeline/step-context.js';
import type { ObjectInfo, ObjectStore } from '../../../store/port.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const GRPC_UNAVAILABLE = 14;

/** Says what an attempt waits for, and that it waits no longer. */
type Waiting = { waits(what: string): void; works(): void };

/**
 * Waits for infrastructure that is away: what it does is no fault of a step and uses up none of its attempts. An operation that fails because the
 * store or Temporal does not answer is done again, with growing pauses, until it succeeds or `signal` is aborted, as at the time limit of the step.
 */
export class Patience {
  readonly #signal: AbortSignal;
  readonly #waiting: Waiting;
  #waitingCount = 0;

  constructor(signal: AbortSignal, waiting: Waiting) {
    this.#signal = signal;
    this.#waiting = waiting;
  }

  /** @param again - the operation from the second time on, where that differs: what failed may have been done anyway. */
  async with<Result>(what: string, work: () => Promise<Result>, again = work): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
      return this.#repeat(what, again);
    }
  }

  async #repeat<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    this.#waitingCount += 1;
    if (this.#waitingCount === 1) this.#waiting.waits(what);
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        await sleep(pauseMs, undefined, { signal: this.#signal }).catch(() => undefined);
        this.#signal.throwIfAborted();
        try {
          return await work();
        } catch (error) {
          if (!isAway(error)) throw error;
        }
      }
    } finally {
      this.#waitingCount -= 1;
      if (this.#waitingCount === 0) this.#waiting.works();
    }
  }
}

function isAway(error: unknown): boolean {
  if (isPipelineError(error)) return error.code === 'STORE_UNREACHABLE' || error.code === 'TEMPORAL_UNREACHABLE';
  if (typeof error !== 'object' || error === null) return false;
  const cause = 'code' in error ? error : 'cause' in error ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === GRPC_UNAVAILABLE;
}

/** The store as an attempt sees it that waits for it. */
export function patientObjects(objects: ObjectStore, patience: Patience): ObjectStore {
  const what = `the store (${objects.uri} does not answer)`;
  const patiently = <Result>(work: () => Promise<Result>, again?: () => Promise<Result>): Promise<Result> =>
    patience.with(what, work, again);
  /** A write whose answer was lost finds its own bytes there. */
  const unlessDone = async (
    key: string,
    bytes: Uint8Array,
    write: () => Promise<{ readonly etag: string }>,
  ): Promise<{ readonly etag: string }> => {
    try {
      return await write();
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
      if ((await objects.head(key)) === null) throw error;
      const there = await objects.get(key);
      if (!there.bytes.equals(bytes)) throw error;
      return { etag: there.etag };
    }
  };
  return {
    uri: objects.uri,
    get: (key, options) => patiently(() => objects.get(key, options)),
    head: (key) => patiently(() => objects.head(key)),
    put: (key, bytes) => patiently(() => objects.put(key, bytes)),
    putIfAbsent: (key, bytes, options) => {
      const write = (): Promise<{ readonly etag: string }> => objects.putIfAbsent(key, bytes, options);
      return patiently(write, () => unlessDone(key, bytes, write));
    },
    putIfMatch: (key, bytes, etag) => {
      const write = (): Promise<{ readonly etag: string }> => objects.putIfMatch(key, bytes, etag);
      return patiently(write, () => unlessDone(key, bytes, write));
    },
    list: (prefix) => listPatiently(objects, prefix, patience, what),
    delete: (key) => patiently(() => objects.delete(key)),
    putFile: (key, path) => patiently(() => objects.putFile(key, path)),
    getFile: (key, path) => patiently(() => objects.getFile(key, path)),
    localPath: (key) => objects.localPath(key),
  };
}

/** Goes on behind the last key when a listing breaks off. */
async function* listPatiently(
  objects: ObjectStore,
  prefix: string,
  patience: Patience,
  what: string,
): AsyncGenerator<ObjectInfo> {
  let given = '';
  let listing: AsyncIterator<ObjectInfo> | null = null;
  for (;;) {
    const next = await patience.with(
      what,
      () => (listing ??= objects.list(prefix)[Symbol.asyncIterator]()).next(),
      () => (listing = objects.list(prefix)[Symbol.asyncIterator]()).next(),
    );
    if (next.done === true) return;
    if (next.value.key <= given) continue;
    given = next.value.key;
    yield next.value;
  }
}

function patientTemporal(temporal: TemporalDoor, patience: Patience): TemporalDoor {
  const patiently = (work: () => Promise<void>): Promise<void> => patience.with('Temporal (it does not answer)', work);
  return {
    signalTraining: (model, signal) => patiently(() => temporal.signalTraining(model, signal)),
    setTrainingPolicy: (model, policy) => patiently(() => temporal.setTrainingPolicy(model, policy)),
    signalChange: (subject, n, project) => patiently(() => temporal.signalChange(subject, n, project)),
    ensureSchedule: (schedule) => patiently(() => temporal.ensureSchedule(schedule)),
  };
}

/** What an attempt needs of outside, with patience. */
export function patientSurroundings<
  Surroundings extends { readonly objects: ObjectStore; readonly temporal: TemporalDoor | null; readonly signal: AbortSignal },
>(surroundings: Surroundings, waiting: Waiting): Surroundings {
  const { objects, temporal, signal } = surroundings;
  const patience = new Patience(signal, waiting);
  return {
    ...surroundings,
    objects: patientObjects(objects, patience),
    temporal: temporal === null ? null : patientTemporal(temporal, patience),
  };
}
