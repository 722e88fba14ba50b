import type { Alias, AliasRecord, RegistryLogEntry } from '../contracts/model.js';
import { readBasis } from './read-basis.js';

/** Where an alias points, and the entry that put it there. */
export interface Standing {
  readonly version: number;
  readonly entry: RegistryLogEntry;
}

export interface AliasState {
  readonly champion: Standing | null;
  readonly previous: Standing | null;
  readonly challenger: Standing | null;
}

/** What the aliases are after these log entries: promotions push on a stack of champions, a rollback and a withdrawal pop it. */
export function aliasState(entries: readonly RegistryLogEntry[]): AliasState {
  const champions: number[] = [];
  let moved: RegistryLogEntry | null = null;
  let challenger: Standing | null = null;
  for (const entry of entries) {
    switch (entry.action) {
      case 'promote':
        champions.push(entry.version);
        moved = entry;
        if (challenger?.version === entry.version) challenger = null;
        break;
      case 'rollback':
      case 'withdraw':
        champions.pop();
        moved = entry;
        break;
      case 'reject':
        if (challenger?.version === entry.version) challenger = null;
        break;
      case 'alias':
        challenger = { version: entry.version, entry };
        break;
      case 'register':
        break;
    }
  }
  const standing = (version: number | undefined): Standing | null =>
    version === undefined || moved === null ? null : { version, entry: moved };
  return { champion: standing(champions.at(-1)), previous: standing(champions.at(-2)), challenger };
}

export function aliasRecord(alias: Alias, { version, entry }: Standing): AliasRecord {
  const { at: movedAt, by: movedBy, reason, workflowId } = entry;
  const basis = readBasis(entry.details);
  return { alias, version, movedAt, movedBy, reason, workflowId, ...(basis === null ? {} : { basis }) };
}

/** A move of an alias to another version. */
export interface AliasMove {
  readonly alias: Alias;
  readonly version: number;
  /** Where it pointed before; null when it pointed nowhere. */
  readonly previous: number | null;
  readonly entry: RegistryLogEntry;
}

const ALIASES: readonly Alias[] = ['champion', 'challenger', 'previous'];

/** The aliases that entry `n` of a log moved; one that it took away has not moved. */
export function aliasMoves(entries: readonly RegistryLogEntry[], n: number): readonly AliasMove[] {
  const entry = entries[n - 1];
  if (entry === undefined) return [];
  const [before, after] = [aliasState(entries.slice(0, n - 1)), aliasState(entries.slice(0, n))];
  return ALIASES.flatMap((alias) => {
    const [old, now] = [before[alias]?.version ?? null, after[alias]?.version ?? null];
    return now === null || now === old ? [] : [{ alias, version: now, previous: old, entry }];
  });
}
