import Table from 'cli-table3';
import type { StageTime } from './follow.js';
import type { RetrainLine, WindowLine } from './story.js';

export interface VersionLine {
  readonly version: number;
  readonly window: { readonly from: string; readonly to: string };
  readonly rocAuc: number | null;
  readonly logLoss: number | null;
  readonly decision: string;
  readonly reason: string;
}

/** The summary that `--json FILE` writes. */
export interface Summary {
  readonly stages: readonly StageTime[];
  readonly versions: readonly VersionLine[];
  readonly windows: readonly WindowLine[];
  readonly retrains: readonly RetrainLine[];
  readonly rollback: Readonly<Record<string, unknown>>;
  readonly predictions: { readonly sent: number; readonly answered: number; readonly logged: number; readonly failed: number };
  readonly totalSeconds: number;
  readonly peakRssBytes: number;
}

/** The table of versions: what data, what metrics, why promoted or not. */
export function versionsTable(versions: readonly VersionLine[]): string {
  const table = new Table({
    head: ['version', 'data', 'roc_auc', 'log_loss', 'decision', 'why'],
    colWidths: [9, 25, 9, 10, 13, 62],
    wordWrap: true,
    style: { head: [] },
  });
  for (const { version, window, rocAuc, logLoss, decision, reason } of versions) {
    table.push([
      String(version),
      `${window.from.slice(0, 10)} .. ${window.to.slice(0, 10)}`,
      metric(rocAuc),
      metric(logLoss),
      decision,
      reason,
    ]);
  }
  return table.toString();
}

function metric(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}
