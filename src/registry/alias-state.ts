import type { Alias, AliasRecord, RegistryLogEntry } from '../contracts/model.js';
import type { LogState, Standing } from './log-state.js';
import { withEntry } from './log-state.js';
import { readBasis } from './read-basis.js';

export interface AliasState {
  readonly champion: Standing | null;
  readonly previous: Standing | null;
  readonly challenger: Standing | null;
}

/** Where the aliases point after the entries that make this state: promotions push on a stack of champions, a rollback and a withdrawal pop it. */
export function aliasState({ champions, moved, challenger }: LogState): AliasState {
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

/** The aliases that an entry moved; one that it took away has not moved. */
export function aliasMoves({
  before,
  entry,
}: {
  readonly before: LogState;
  readonly entry: RegistryLogEntry;
}): readonly AliasMove[] {
  const [then, after] = [aliasState(before), aliasState(withEntry(before, entry))];
  return ALIASES.flatMap((alias) => {
    const [old, now] = [then[alias]?.version ?? null, after[alias]?.version ?? null];
    return now === null || now === old ? [] : [{ alias, version: now, previous: old, entry }];
  });
}
