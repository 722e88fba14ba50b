import type { Plan } from '../contracts/plan.js';
import type { OptionReader } from './lint/issues.js';
import { readPriority } from './options/step-options.js';

/** How the runs of a pipeline share the workers with each other and with other pipelines. */
export interface RunPolicy {
  /** At most so many runs at once; those beyond wait before their first step. Holds over all workers. */
  readonly concurrency?: { readonly runs: number };
  /** Whose share of a pool the runs use up, at most 64 bytes; a start may name another. */
  readonly team?: string;
  /** 1 (first) to 5 among what waits for the same workers; default 3. A start or a step may say otherwise. */
  readonly priority?: number;
}

export type RunPolicyFields = Pick<Plan, 'concurrency' | 'team' | 'priority'>;

/** The server takes no longer one as a key of its fairness. */
export const MAX_TEAM_BYTES = 64;

export function readRunPolicy({ concurrency, team, priority }: RunPolicy, root: OptionReader): RunPolicyFields {
  if (team !== undefined && (team === '' || new TextEncoder().encode(team).length > MAX_TEAM_BYTES))
    root.at('team').report('range', `expected a name of 1 to ${MAX_TEAM_BYTES} bytes, got "${team}"`);
  return {
    ...(concurrency === undefined
      ? {}
      : { concurrency: { runs: root.at('concurrency.runs').number(concurrency.runs, { min: 1, integer: true }) } }),
    ...(team === undefined ? {} : { team }),
    ...(priority === undefined ? {} : { priority: readPriority(priority, root.at('priority')) }),
  };
}
