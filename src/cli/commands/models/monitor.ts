import Table from 'cli-table3';
import { Command, Option } from 'commander';
import type { DriftScore, MonitorWindowInput, WindowReport } from '../../../contracts/entities/monitoring.js';
import { connectionSettings, examples, withConnection, withJson, withTaskQueue } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import { parseTime } from '../../options/value-options.js';
import { withClient } from '../../options/with-client.js';

interface CloseFlags extends ConnectionFlags, JsonFlag, QueueFlags {
  readonly from: string;
  readonly to: string;
  readonly phase: MonitorWindowInput['phase'];
}

/** `perennial monitor close MODEL --from --to`: measures one window of traffic against the training data. */
export function monitorCommand(terminal: Terminal): Command {
  const close = withJson(withTaskQueue(withConnection(new Command('close'))))
    .description('close one window: drift, or performance once labels are there; crossings reach the continuous training')
    .argument('<model>', 'name of the model')
    .requiredOption('--from <time>', 'start of the window (event time, ISO)', parseTime)
    .requiredOption('--to <time>', 'end of the window, exclusive', parseTime)
    .addOption(new Option('--phase <phase>', 'what to measure').choices(['drift', 'performance']).default('drift'))
    .addHelpText(
      'after',
      examples(
        'perennial monitor close flight-delay --from 2001-02-01 --to 2001-02-08',
        'perennial monitor close flight-delay --from 2001-02-01 --to 2001-02-08 --phase performance',
      ),
    )
    .action(async (model: string, flags: CloseFlags) => {
      const { from, to, phase } = flags;
      const report = await withClient({ ...connectionSettings(flags), taskQueue: flags.taskQueue }, (client) =>
        client.closeWindow({ model, from, to, phase }),
      );
      terminal.out(flags.json === true ? JSON.stringify(report, null, 2) : renderWindow(report, terminal));
    });
  return new Command('monitor').description('windows of live traffic').addCommand(close);
}

function renderWindow(report: WindowReport, { colours }: Terminal): string {
  const table = new Table({
    head: ['column', 'statistic', 'score', 'limit', ''],
    style: { head: [], border: [], compact: true },
  });
  for (const measured of report.drift)
    table.push([
      measured.column,
      measured.statistic,
      measured.score.toFixed(4),
      measured.threshold,
      verdictOf(measured, colours),
    ]);
  const performance = Object.entries(report.performance ?? {}).map(([metric, value]) => `${metric}=${value ?? 'none'}`);
  return [
    `${colours.bold(report.model)}  ${report.from} to ${report.to}  ${report.rows} rows, versions ${report.versions.join(', ')}`,
    ...(report.late === undefined || report.late === 0
      ? []
      : [colours.yellow(`${report.late} predictions came too late for the window of their event`)]),
    ...(report.drift.length === 0 ? [] : [table.toString()]),
    report.labelsDueAt === null
      ? 'performance: the monitor names no labels'
      : `performance: ${performance.length === 0 ? 'no labels yet' : performance.join(', ')} (labels for ${(report.labelCoverage * 100).toFixed(0)} %)`,
    ...report.performanceCrossed.map(({ metric, value, below }) => colours.yellow(`${metric} ${value} is below ${below}`)),
    `report: perennial artifacts get ${report.report.kind}/${report.report.id} report.html --out report.html`,
  ].join('\n');
}

function verdictOf({ crossed, persistent, tooFewRows }: DriftScore, colours: Terminal['colours']): string {
  if (crossed) return colours.yellow(persistent ? 'drift' : 'crossed once');
  return tooFewRows === undefined ? colours.green('steady') : colours.yellow(`above, but only ${tooFewRows} rows`);
}
