import Table from 'cli-table3';
import type { Alias, ModelVersion } from '../../contracts/model.js';
import type { VersionFacts } from '../../registry/version-facts.js';

export const ALIASES: readonly Alias[] = ['champion', 'challenger', 'previous'];
export const TABLE_STYLE = { head: [], border: [], compact: true };

type KnownVersion = ModelVersion & VersionFacts;

/** A row for each version, and below it what has no room in a row: its settings, and why it was not taken. */
export function versionLines(
  versions: readonly KnownVersion[],
  aliases: Readonly<Record<Alias, number | null>>,
): readonly string[] {
  const table = new Table({ head: ['version', 'alias', 'judged', 'window', 'metrics', 'registered', 'run'], style: TABLE_STYLE });
  for (const entry of versions) table.push(versionRow(entry, aliases));
  return [table.toString(), ...versions.flatMap(detailLines)];
}

function versionRow(entry: KnownVersion, aliases: Readonly<Record<Alias, number | null>>): string[] {
  const metrics = Object.entries(entry.metrics).map(([name, value]) => `${name}=${value?.toFixed(4) ?? 'none'}`);
  return [
    String(entry.version),
    ALIASES.filter((alias) => aliases[alias] === entry.version).join(', '),
    entry.decision ?? '',
    `${entry.window.from.slice(0, 10)} to ${entry.window.to.slice(0, 10)}`,
    metrics.join(' '),
    entry.registeredAt.slice(0, 19),
    entry.workflowId,
  ];
}

function detailLines({ version, hyperparameters, evaluation, decision, reasons, turnedDown }: KnownVersion): readonly string[] {
  const settings = Object.entries(hyperparameters ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    ...(settings.length === 0 ? [] : [`version ${version} was fitted with ${settings.join(' ')}`]),
    ...(decision === null || reasons.length === 0 ? [] : [`version ${version} was judged ${decision}: ${reasons.join('; ')}`]),
    ...(evaluation === null
      ? []
      : [`report: perennial artifacts get ${evaluation.kind}/${evaluation.id} report.html --out report.html`]),
    ...(turnedDown === null
      ? []
      : [`version ${version} was turned down (${turnedDown.action}) at ${turnedDown.at.slice(0, 19)}: ${turnedDown.reason}`]),
  ];
}
