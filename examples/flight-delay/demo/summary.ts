import Table from 'cli-table3';
import type { StageTime } from './follow.js';
import type { Hindsight } from './hindsight.js';
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
  readonly hindsight: Hindsight;
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
    style: { head: [], border: [], compact: true },
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

/** Whether the retraining was worth it: what was served beside what the model of January would have served. */
export function hindsightTable({ weeks, rows, served, january }: Hindsight): string {
  const table = new Table({
    head: [`${String(rows)} labelled flights, means of ${String(weeks)} weeks`, 'roc_auc', 'log_loss'],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ['served, with all retrains', metric(served.rocAuc), metric(served.logLoss)],
    ['the model of January, left alone', metric(january.rocAuc), metric(january.logLoss)],
    ['difference', signed(served.rocAuc - january.rocAuc), signed(served.logLoss - january.logLoss)],
  );
  return table.toString();
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

function metric(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}

interface RegisteredVersion {
  readonly artifact: { readonly id: string };
  readonly evaluation: { readonly id: string } | null;
  readonly version: number;
  readonly window: { readonly from: string; readonly to: string };
  readonly metrics: Readonly<Record<string, number | null>>;
}
interface LogEntry {
  readonly action: string;
  readonly version: number;
  readonly from: number | null;
  readonly reason: string;
}

/** The versions as the registry has them, each with what its log says became of it. */
export function versionLines(shown: unknown, log: unknown): VersionLine[] {
  const { versions } = shown as { readonly versions: readonly RegisteredVersion[] };
  const entries = log as readonly LogEntry[];
  return versions.map(({ version, window, metrics }) => {
    const last = entries.findLast((entry) => entry.action !== 'register' && entry.version === version);
    return {
      version,
      window,
      rocAuc: metrics['roc_auc'] ?? null,
      logLoss: metrics['log_loss'] ?? null,
      decision: last?.action ?? 'registered',
      reason: last?.reason ?? '',
    };
  });
}

/** The name of a version's model in the store. */
export function modelArtifact(shown: unknown, version: number): string {
  const { versions } = shown as { readonly versions: readonly RegisteredVersion[] };
  const found = versions.find((line) => line.version === version);
  if (found === undefined) throw new Error(`the registry does not have version ${String(version)}`);
  return `model/${found.artifact.id}`;
}

/** The evaluation report of each version. */
export function evaluationReports(shown: unknown): { readonly name: string; readonly artifact: string }[] {
  const { versions } = shown as { readonly versions: readonly RegisteredVersion[] };
  return versions.flatMap(({ version, evaluation }) =>
    evaluation === null ? [] : [{ name: `version-${String(version)}`, artifact: `evaluation/${evaluation.id}` }],
  );
}
