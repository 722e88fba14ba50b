import type { Endpoints, SeenReplica } from '../registry/endpoints.js';
import type { StepLog } from '../pipeline/step-context.js';

/** A replica whose record has not changed for this long, ms, is taken for gone; it reports every two seconds. */
export const REPLICA_GONE_MS = 8_000;

/** What is known of the replicas of an endpoint after a look. */
export interface ReplicaView {
  /** Those whose record has changed under these eyes, and not too long ago. */
  readonly live: readonly SeenReplica[];
  /** Those that have not been seen to report yet, and may be dead. */
  readonly silent: readonly SeenReplica[];
}

type Sighting = { readonly record: SeenReplica; readonly changedAt: number; readonly reported: boolean };

/**
 * Tells live replicas from records that dead ones left, by the clock of who looks: what has changed since the first look lives, what has not
 * for `REPLICA_GONE_MS`, and as long as it may be quiet at rest, is dead and its record is removed. The times in the records are those of other machines and count for nothing.
 * A record that cannot be read at one look stands as it was.
 */
export class ReplicaWatch {
  readonly #endpoints: Endpoints;
  readonly #endpoint: string;
  readonly #log: StepLog;
  readonly #now: () => number;
  readonly #sightings = new Map<string, Sighting>();
  #looked = false;

  /** @param now - ms of a clock that only goes forward. */
  constructor(endpoints: Endpoints, endpoint: string, log: StepLog, now: () => number = () => performance.now()) {
    this.#endpoints = endpoints;
    this.#endpoint = endpoint;
    this.#log = log;
    this.#now = now;
  }

  async look(): Promise<ReplicaView> {
    const unread = new Set<string>();
    const records = await this.#endpoints.replicas(this.#endpoint, (replica, error) => {
      unread.add(replica);
      this.#log.debug('the record of a replica could not be read', { replica, code: error.code, message: error.message });
    });
    const now = this.#now();
    for (const record of records) {
      if (this.#sightings.get(record.replica)?.record.etag === record.etag) continue;
      this.#sightings.set(record.replica, { record, changedAt: now, reported: this.#looked });
    }
    this.#looked = true;
    const there = new Set([...records.map(({ replica }) => replica), ...unread]);
    for (const [name, { record, changedAt }] of this.#sightings) {
      if (!there.has(name)) this.#sightings.delete(name);
      else if (now - changedAt >= REPLICA_GONE_MS + (record.quietMs ?? 0) && !unread.has(name)) await this.#bury(name);
    }
    const all = [...this.#sightings.values()];
    return {
      live: all.filter(({ reported }) => reported).map(({ record }) => record),
      silent: all.filter(({ reported }) => !reported).map(({ record }) => record),
    };
  }

  async #bury(replica: string): Promise<void> {
    this.#sightings.delete(replica);
    await this.#endpoints.removeReplica(this.#endpoint, replica);
    this.#log.warn('the record of a replica that no longer reports was removed', { endpoint: this.#endpoint, replica });
  }
}
