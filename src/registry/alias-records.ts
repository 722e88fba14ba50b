import type { Alias, AliasRecord } from '../contracts/model.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { getIfThere, parseRecord, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import { aliasRecord, aliasState } from './alias-state.js';
import type { AliasState } from './alias-state.js';
import type { RegistryLog } from './registry-log.js';

const ALIASES: readonly Alias[] = ['champion', 'previous', 'challenger'];
const ALIAS_MEMBERS = ['alias', 'version', 'movedAt', 'movedBy', 'reason', 'workflowId'] as const;
const aliasKey = (model: string, alias: Alias): string => `models/${model}/aliases/${alias}.json`;

/** The records `models/<model>/aliases/<alias>.json`: what the registry's log says of each alias, for who reads without the log. */
export class AliasRecords {
  readonly #objects: ObjectStore;
  readonly #log: RegistryLog;

  constructor(objects: ObjectStore, log: RegistryLog) {
    this.#objects = objects;
    this.#log = log;
  }

  async read(model: string, alias: Alias): Promise<{ readonly record: AliasRecord; readonly etag: string } | null> {
    const stored = await getIfThere(this.#objects, aliasKey(model, alias));
    if (stored === null) return null;
    return { record: parseRecord<AliasRecord>(stored.bytes, aliasKey(model, alias), ALIAS_MEMBERS), etag: stored.etag };
  }

  /** Brings the alias records up to the log. The record is read before the log, so a swap never replaces a newer record by an older one. */
  async follow(model: string): Promise<void> {
    for (const alias of ALIASES) {
      let settled = false;
      while (!settled) {
        const stored = await getIfThere(this.#objects, aliasKey(model, alias));
        settled = await this.#settle(model, alias, stored, aliasState(await this.#log.state(model)));
      }
    }
  }

  async #settle(
    model: string,
    alias: Alias,
    stored: { bytes: Buffer; etag: string } | null,
    state: AliasState,
  ): Promise<boolean> {
    const key = aliasKey(model, alias);
    const standing = state[alias];
    if (standing === null) {
      if (stored === null) return true;
      await this.#objects.delete(key);
      return false;
    }
    const bytes = recordBytes(aliasRecord(alias, standing));
    if (stored?.bytes.equals(bytes) === true) return true;
    try {
      if (stored === null) await this.#objects.putIfAbsent(key, bytes);
      else await this.#objects.putIfMatch(key, bytes, stored.etag);
      return true;
    } catch (error) {
      if (isPipelineError(error) && error.code === 'STORE_CONFLICT') return false;
      throw error;
    }
  }
}
