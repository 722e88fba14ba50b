import type { RegistryLogEntry } from '../contracts/model.js';

/** A decision about a version, as the log remembers it. */
export type Decided = Pick<RegistryLogEntry, 'n' | 'action' | 'version' | 'from' | 'workflowId'>;

/** Where an alias points, and the entry that put it there. */
export type Standing = { readonly version: number; readonly entry: RegistryLogEntry };

/** What the entries of a model's log come to: all that decides about its next entry. */
export type LogState = {
  /** Those that a rollback would go back to, the present one last. */
  readonly champions: readonly number[];
  /** The entry that made the present champion. */
  readonly moved: RegistryLogEntry | null;
  readonly challenger: Standing | null;
  /** Registered versions, as ascending ranges, both ends included. */
  readonly registered: readonly (readonly [first: number, last: number])[];
  /** The newest 500 entries that are no registrations, oldest first: who asks for one of them again is told so. */
  readonly decided: readonly Decided[];
};

const MOST_DECIDED = 500;

export const NO_ENTRIES: LogState = { champions: [], moved: null, challenger: null, registered: [], decided: [] };

/** The state after one more entry. */
export function withEntry(state: LogState, entry: RegistryLogEntry): LogState {
  const { n, action, version, from, workflowId } = entry;
  if (action === 'register') return { ...state, registered: withVersion(state.registered, version) };
  const decided = [...state.decided, { n, action, version, from, workflowId }].slice(-MOST_DECIDED);
  const challenger = state.challenger?.version === version ? null : state.challenger;
  switch (action) {
    case 'promote':
      return { ...state, decided, challenger, champions: [...state.champions, version], moved: entry };
    case 'rollback':
    case 'withdraw':
      return { ...state, decided, champions: state.champions.slice(0, -1), moved: entry };
    case 'reject':
      return { ...state, decided, challenger };
    case 'alias':
      return { ...state, decided, challenger: { version, entry } };
  }
}

export const isRegistered = ({ registered }: LogState, version: number): boolean =>
  registered.some(([first, last]) => first <= version && version <= last);

function withVersion(ranges: LogState['registered'], version: number): LogState['registered'] {
  const sorted = [...ranges, [version, version] as const].sort(([left], [right]) => left - right);
  const merged: (readonly [number, number])[] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) merged[merged.length - 1] = [before[0], Math.max(before[1], last)];
    else merged.push([first, last]);
  }
  return merged;
}
