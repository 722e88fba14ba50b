import { Command } from 'commander';
import type { RunManifest } from '../../../contracts/run/run-manifest.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import type { ObjectStore } from '../../../store/port.js';
import { EXIT } from '../../exit-codes.js';
import { followRun } from '../../watch/follow-run.js';
import {
  connectionSettings,
  decidedBy,
  examples,
  withConnection,
  withJson,
  withStore,
  withTaskQueue,
} from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags, StoreFlags } from '../../options/options.js';
import { silenced, type Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

interface ReproduceFlags extends ConnectionFlags, JsonFlag, QueueFlags, StoreFlags {
  readonly id?: string;
  readonly by: string;
}

/** `perennial reproduce RUN|MODEL@VERSION`: runs again what was recorded, and compares. Ends with 1 when something differs. */
export function reproduceCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withStore(withConnection(new Command('reproduce')))))
    .description(
      'run a recorded run again (same plan, parameters, seeds; nothing cached, nothing deployed) and compare the results',
    )
    .argument('<run>', 'workflow id of an ended run, or MODEL@VERSION')
    .option('--id <id>', 'workflow id of the new run')
    .addOption(decidedBy())
    .addHelpText('after', examples('perennial reproduce flight-delay-1', 'perennial reproduce flight-delay@3 --json'))
    .action(async (target: string, flags: ReproduceFlags) => {
      const [
        { openObjectStore },
        { requireManifest },
        { withWholeResults },
        { stepsWithEffects },
        { reproductionDifferences },
        { otherVerdicts },
      ] = await Promise.all([
        import('../../../store/open-store.js'),
        import('../../../runs/manifest-store.js'),
        import('../../../runs/whole-results.js'),
        import('../../../runs/reusable-steps.js'),
        import('../../../runs/compare-runs.js'),
        import('../../../runs/other-verdicts.js'),
      ]);
      const objects = await openObjectStore(flags.store);
      const original = await recordedRun(objects, target);
      const { workflowId, runId, pipeline } = original.run;
      const settings = connectionSettings(flags);
      await withClient({ ...settings, taskQueue: flags.taskQueue }, async (client) => {
        const pin = { workflowId, runId };
        const started = await client.start(pipeline, original.parameters, {
          run: { author: flags.by, cache: false, pin, reuse: { ...pin, steps: stepsWithEffects(original) } },
          ...(flags.id === undefined ? {} : { workflowId: flags.id }),
        });
        await followRun(client, settings, started.workflowId, flags.json === true ? silenced(terminal) : terminal, {
          store: flags.store,
        });
        // The end of a run that failed is in its manifest too.
        await client.result(started.workflowId).catch(() => null);
        const repeated = await requireManifest(objects, started.workflowId, started.runId);
        const runs = [await withWholeResults(objects, original), await withWholeResults(objects, repeated)] as const;
        const [differences, verdicts] = [reproductionDifferences(...runs), otherVerdicts(...runs)];
        if (flags.json === true) {
          const reproduced = differences.length === 0;
          terminal.out(JSON.stringify({ original: workflowId, ...started, reproduced, differences, verdicts }));
        } else if (differences.length === 0)
          terminal.out(
            [`${target} was reproduced: equal artifacts, results and metrics.`, ...verdicts.map(unlikeVerdict)].join('\n'),
          );
        else
          terminal.out(
            [
              `${target} was not reproduced:`,
              ...differences.map((line) => `  ${line}`),
              ...verdicts.map(unlikeVerdict),
              `  perennial diff ${workflowId} ${started.workflowId}`,
            ].join('\n'),
          );
        if (differences.length > 0) terminal.exitCode = EXIT.failed;
      });
    });
}

const unlikeVerdict = (line: string): string =>
  `  ${line}: verdicts are not compared, for the champion may be another one by now`;

async function recordedRun(objects: ObjectStore, target: string): Promise<RunManifest> {
  const [{ findManifest, requireManifest }, { createRegistry }] = await Promise.all([
    import('../../../runs/manifest-store.js'),
    import('../../../registry/create-registry.js'),
  ]);
  const [, model, version] = /^([a-z][a-z0-9-]*)@(\d+)$/.exec(target) ?? [];
  if (model === undefined || version === undefined) return requireManifest(objects, target);
  const { workflowId, runId } = await createRegistry(objects).version(model, Number(version));
  const manifest = await findManifest(objects, workflowId, runId);
  if (manifest !== null) return manifest;
  throw new PipelineError('RUNS_NOT_RECORDED', {
    what: `nothing is kept of run "${workflowId}", which made ${target}`,
    where: objects.uri,
  });
}
