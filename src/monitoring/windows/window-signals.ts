import type { TrainingSignal } from '../../contracts/entities/continuous-training.js';
import type { WindowReport } from '../../contracts/entities/monitoring.js';
import type { WindowPhase } from './window.js';

/** What a closed window tells the continuous training of its model. Ids depend on model, window and cause alone, so repeats are harmless. */
export function windowSignals(report: WindowReport, phase: WindowPhase): TrainingSignal[] {
  const signal = (kind: TrainingSignal['kind'], cause: string): Pick<TrainingSignal, 'id' | 'kind' | 'at'> => ({
    id: `${report.model}/${report.from}/${cause}`,
    kind,
    at: report.to,
  });
  if (phase === 'performance') {
    return report.performanceCrossed.map(({ metric, value, below }) => ({
      ...signal('performance', `performance/${metric}`),
      metric,
      score: value,
      threshold: below,
    }));
  }
  const drifted = report.drift.filter(({ persistent }) => persistent);
  return [
    { ...signal('new_rows', 'new_rows'), rows: report.rows },
    ...drifted.map(({ column, statistic, score, threshold }) => ({
      ...signal('drift', `drift/${column}`),
      column,
      metric: statistic,
      score,
      threshold,
    })),
    ...(report.triggered ?? []).map(({ trigger, reason }, index) => ({
      ...signal('window', `window/${index}-${trigger}`),
      trigger,
      reason,
    })),
  ];
}
