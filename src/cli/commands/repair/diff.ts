import { Command } from 'commander';
import type { RunDifference, ValueChange } from '../../../runs/compare-runs.js';
import { examples, withJson, withStore } from '../../options/options.js';
import type { JsonFlag, StoreFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';

/** `perennial diff RUN RUN`: what differs between two ended runs. */
export function diffCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('diff')))
    .description('compare two ended runs: parameters, plan, code, environment, metrics, results, durations')
    .argument('<before>', 'workflow id of a run')
    .argument('<now>', 'workflow id of another run')
    .addHelpText('after', examples('perennial diff flight-delay-1 flight-delay-2', 'perennial diff january february --json'))
    .action(async (before: string, now: string, flags: StoreFlags & JsonFlag) => {
      const [{ openObjectStore }, { requireManifest }, { withWholeResults }, { compareRuns }] = await Promise.all([
        import('../../../store/open-store.js'),
        import('../../../runs/manifest-store.js'),
        import('../../../runs/whole-results.js'),
        import('../../../runs/compare-runs.js'),
      ]);
      const objects = await openObjectStore(flags.store);
      const whole = async (id: string) => withWholeResults(objects, await requireManifest(objects, id));
      const [left, right] = await Promise.all([whole(before), whole(now)]);
      const difference = compareRuns(left, right);
      terminal.out(flags.json === true ? JSON.stringify(difference, null, 2) : renderDifference(difference, terminal));
    });
}

export function renderDifference(difference: RunDifference, { colours }: Terminal): string {
  const { parameters, plan, code, environment, metrics, results, seconds } = difference;
  const sections: [string, readonly string[]][] = [
    ['parameters', parameters.map(changeLine)],
    ['plan', plan],
    ['code', code.map((step) => `code of step "${step}" changed`)],
    ['environment', environment.map(changeLine)],
    ['metrics', metrics.map(changeLine)],
    ['results', results.map((step) => `step "${step}" gave another result`)],
    ['seconds', seconds.map(changeLine)],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  if (shown.length === 0) return 'no differences';
  return shown.map(([title, lines]) => [colours.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')).join('\n');
}

const changeLine = ({ name, before, now }: ValueChange): string => `${name}: ${JSON.stringify(before)} -> ${JSON.stringify(now)}`;
