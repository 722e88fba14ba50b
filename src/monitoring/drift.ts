import type { DriftScore, WindowReport } from '../contracts/entities/monitoring.js';
import type { DriftRule, MonitorConfig } from '../contracts/stages/monitor.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Profile } from '../profiles/profile.js';
import { STATISTICS } from './statistics.js';
import { driftScore } from './drift-score.js';

export type DriftConfig = Pick<MonitorConfig, 'drift' | 'persistence' | 'minRows'>;

/**
 * Scores every rule against the reference. A rule crosses when its score is above its threshold and its column has at least `minRows`
 * rows in the window (none at all: the rule is left out, as for `score` before the reference's version has answered anything); it is persistent when it crosses now and in at least `persistence.windows` of the last `persistence.of` windows, this one
 * included. `earlier`: reports of the windows before that were compared with the same reference, newest first.
 */
export function scoreDrift(
  config: DriftConfig,
  reference: Profile,
  current: Profile,
  earlier: readonly WindowReport[],
): DriftScore[] {
  checkDriftRules(config.drift, reference);
  const before = earlier.slice(0, config.persistence.of - 1);
  return Object.entries(config.drift).flatMap(([column, rule]) => {
    const [known, seen] = [reference.columns[column], current.columns[column]];
    const rows = seen?.type === 'numeric' ? seen.count + seen.nulls : current.rows;
    if (rows === 0) return [];
    const score = known === undefined || seen === undefined ? 1 : driftScore(rule, known, seen);
    const isAbove = score > rule.max;
    const crossed = isAbove && rows >= config.minRows;
    const times = before.filter((report) => report.drift.some((other) => other.column === column && other.crossed)).length;
    const persistent = crossed && times + 1 >= config.persistence.windows;
    return [
      {
        column,
        statistic: rule.statistic,
        score,
        threshold: rule.max,
        crossed,
        persistent,
        ...(isAbove && !crossed ? { tooFewRows: rows } : {}),
      },
    ];
  });
}

/** MONITOR_COLUMN_UNKNOWN names all rules without a reference column; MONITOR_STATISTIC_UNFIT all that need numbers and have none. */
export function checkDriftRules(rules: { readonly [column: string]: DriftRule }, reference: Profile): void {
  const names = Object.keys(rules);
  const unknown = names.filter((name) => !(name in reference.columns));
  if (unknown.length > 0) {
    throw new PipelineError('MONITOR_COLUMN_UNKNOWN', {
      what: `drift rules name ${unknown.join(', ')}`,
      expected: Object.keys(reference.columns).join(', '),
    });
  }
  const unfit = names.filter(
    (name) => reference.columns[name]?.type === 'category' && STATISTICS.find(rules[name]?.statistic ?? '')?.column === 'number',
  );
  if (unfit.length > 0) {
    throw new PipelineError('MONITOR_STATISTIC_UNFIT', {
      what: unfit.map((name) => `${rules[name]?.statistic ?? ''} of ${name}`).join(', '),
      where: 'the drift rules',
      expected: 'a numeric column',
      received: 'categories',
    });
  }
}
