import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRef } from '../../contracts/store/cache.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { getIfThere, parseRecord, recordBytes } from '../json/json-record.js';
import type { ObjectStore } from '../port.js';

/** Holder of the lease: one operation of one run, whatever the attempt. */
export type LeaseOwner = RunRef & { readonly activityId: string };

export interface Lease {
  /** False once another one has taken it over. */
  isHeld(): boolean;
  /** Lets the next one compute; safe to repeat. A lease that was taken over stays with its new owner. */
  release(): Promise<void>;
}

export interface ClaimOptions {
  /** A holder that is silent for this long has gone. Default 6,000 ms. */
  readonly leaseMs?: number;
  readonly signal: AbortSignal;
  /** Called before each wait, with the holder that computes. */
  readonly onWait: (holder: LeaseOwner) => void;
  /** True when there is nothing left to compute. */
  readonly settled: () => Promise<boolean>;
}

const DEFAULT_LEASE_MS = 6_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

type LeaseRecord = LeaseOwner & { readonly beat: number };

/**
 * The right to do what the object `key` stands for, such as to compute the result of a cache key, or null when somebody else has done it meanwhile. A holder that was killed is
 * noticed by its silence, measured by the clock of the one who waits; an earlier attempt of the same operation is replaced at once.
 */
export async function claimLease(
  objects: ObjectStore,
  key: string,
  owner: LeaseOwner,
  options: ClaimOptions,
): Promise<Lease | null> {
  const { leaseMs = DEFAULT_LEASE_MS, signal } = options;
  const mine = recordBytes({ ...owner, beat: 0 });
  let seen = { etag: '', at: 0 };
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const etag = await taken(objects.putIfAbsent(key, mine));
    if (etag !== null) return renewedLease(objects, key, owner, etag, leaseMs);
    const held = await getIfThere(objects, key);
    if (held === null) continue;
    if (seen.etag !== held.etag) seen = { etag: held.etag, at: performance.now() };
    const holder = readOwner(held.bytes, key);
    if (holder === null || isSame(holder, owner) || performance.now() - seen.at > leaseMs) {
      const taker = await taken(objects.putIfMatch(key, mine, held.etag));
      if (taker !== null) return renewedLease(objects, key, owner, taker, leaseMs);
      continue;
    }
    if (await options.settled()) return null;
    options.onWait(holder);
    await sleep(pauseMs, undefined, { signal }).catch(() => {
      signal.throwIfAborted();
    });
  }
}

function renewedLease(objects: ObjectStore, key: string, owner: LeaseOwner, firstEtag: string, leaseMs: number): Lease {
  let etag: string | null = firstEtag;
  let beat = 0;
  let renewing: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    if (etag === null) return;
    beat += 1;
    try {
      etag = await taken(objects.putIfMatch(key, recordBytes({ ...owner, beat }), etag));
    } catch (error) {
      // A store that is away now may be back before the lease runs out; if not, another one computes too, which harms nothing.
      process.emitWarning(`the lease of a computation could not be renewed: ${reasonOf(error)}`);
    }
  };
  const timer = setInterval(() => {
    renewing = renewing.then(renew);
  }, leaseMs / 3);
  timer.unref();
  return {
    isHeld: () => etag !== null,
    release: async () => {
      clearInterval(timer);
      await renewing;
      const held = etag === null ? null : await getIfThere(objects, key);
      if (held !== null && held.etag === etag) await objects.delete(key);
      etag = null;
    },
  };
}

/** The new etag, or null when another writer was first. */
async function taken(write: Promise<{ readonly etag: string }>): Promise<string | null> {
  try {
    return (await write).etag;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_CONFLICT') return null;
    throw error;
  }
}

/** Null when the record cannot be read: nobody can prove to hold it. */
function readOwner(bytes: Uint8Array, key: string): LeaseOwner | null {
  try {
    return parseRecord<LeaseRecord>(bytes, key, ['workflowId', 'runId', 'activityId']);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_RECORD_CORRUPT') return null;
    throw error;
  }
}

const isSame = (left: LeaseOwner, right: LeaseOwner): boolean =>
  left.workflowId === right.workflowId && left.runId === right.runId && left.activityId === right.activityId;
