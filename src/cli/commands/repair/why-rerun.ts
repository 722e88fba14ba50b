import { Command } from 'commander';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { examples, withJson, withStore } from '../../options/options.js';
import type { JsonFlag, StoreFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';

/** `perennial why-rerun RUN STEP`: why a step of a run was computed, or whose result it took. */
export function whyRerunCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('why-rerun')))
    .description('say why a step of an ended run ran, or whose result it took')
    .argument('<run>', 'workflow id of the run')
    .argument('<step>', 'id of the step, with its place in a map: train, train[3]')
    .addHelpText(
      'after',
      examples('perennial why-rerun flight-delay-1 train', 'perennial why-rerun flight-delay-1 evaluate --json'),
    )
    .action(async (run: string, step: string, flags: StoreFlags & JsonFlag) => {
      const [{ openObjectStore }, { requireManifest }, { cacheRecords }] = await Promise.all([
        import('../../../store/open-store.js'),
        import('../../../runs/manifest-store.js'),
        import('../../../runs/cache-records.js'),
      ]);
      const objects = await openObjectStore(flags.store);
      const manifest = await requireManifest(objects, run);
      const state = manifest.steps.find(({ id }) => id === step);
      const records = await cacheRecords(objects, manifest.run, step);
      if (flags.json === true) {
        terminal.out(JSON.stringify({ run, step, reusedFrom: state?.reusedFrom ?? null, operations: records }, null, 2));
        return;
      }
      if (state?.reusedFrom !== undefined) terminal.out(`${step}: taken over from run ${state.reusedFrom}`);
      else if (records.length === 0) {
        throw new PipelineError('RUNS_STEP_UNKNOWN', {
          what: `step "${step}" left nothing behind`,
          where: `run ${run}`,
          expected: `one of ${manifest.steps.map(({ id }) => id).join(', ')}`,
        });
      }
      const { colours } = terminal;
      for (const { operation, cache } of records) {
        if (cache === null) terminal.out(`${operation}: ran, because it is not cached`);
        else
          terminal.out(
            `${operation}: ${cache.hit ? colours.green('hit') : colours.yellow('ran')}, ${cache.reason}  ${colours.dim(cache.key.slice(0, 12))}`,
          );
      }
    });
}
