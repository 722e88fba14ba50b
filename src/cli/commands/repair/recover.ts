import { Command } from 'commander';
import type { RunManifest } from '../../../contracts/run/run-manifest.js';
import type { Plan } from '../../../contracts/plan.js';
import { isPipelineError, PipelineError } from '../../../errors/pipeline-error.js';
import type { Pipeline } from '../../../pipeline/pipeline.js';
import { endedRun } from '../../watch/ended-run.js';
import { loadPipeline } from '../../load/load-pipeline.js';
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
import type { Terminal } from '../../terminal.js';
import { withClient } from '../../options/with-client.js';

interface RecoverFlags extends ConnectionFlags, JsonFlag, QueueFlags, StoreFlags {
  readonly id?: string;
  readonly by: string;
  readonly yes?: boolean;
}

/** `perennial recover RUN [FILE]`: a new run that takes over what an ended one has finished and starts with what failed. */
export function recoverCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withStore(withConnection(new Command('recover')))))
    .description('start again from the failed steps of an ended run, with all its finished results')
    .argument('<run>', 'workflow id of the run')
    .argument('[file]', 'pipeline file as it is now, to show what changed (default: the file that the run was made from)')
    .option('--id <id>', 'workflow id of the new run')
    .option('--yes', 'do not stop to show what changed')
    .addOption(decidedBy())
    .addHelpText('after', examples('perennial recover flight-delay-1', 'perennial recover flight-delay-1 pipeline.ts --yes'))
    .action(async (run: string, file: string | undefined, flags: RecoverFlags) => {
      const [{ openObjectStore }, { finishedSteps }] = await Promise.all([
        import('../../../store/open-store.js'),
        import('../../../runs/reusable-steps.js'),
      ]);
      const objects = await openObjectStore(flags.store);
      await withClient({ ...connectionSettings(flags), taskQueue: flags.taskQueue }, async (client) => {
        const manifest = await endedRun(client, objects, run);
        refuseFinished(manifest);
        const pipeline = await currentPipeline(manifest, file);
        const changes = pipeline === null ? [] : await changesSince(manifest, pipeline);
        const plan: Plan = pipeline?.plan ?? manifest.plan;
        const steps = finishedSteps(manifest, plan);
        const again = plan.steps.filter(({ id }) => !steps.includes(id)).map(({ id }) => id);
        if (flags.json !== true) {
          for (const change of changes) terminal.out(change);
          if (pipeline === null) terminal.out('The pipeline file cannot be compared from here: the code is that of the worker.');
          terminal.out(`taken over: ${steps.join(', ') || '(nothing)'}\nto run: ${again.join(', ') || '(nothing)'}`);
        }
        if (changes.length > 0 && flags.yes !== true) {
          throw new PipelineError('RUNS_NOT_CONFIRMED', {
            what: `the pipeline has changed since run ${run}: ${changes.join('; ')}`,
            details: { changes, reused: steps, again },
          });
        }
        const { workflowId, runId } = manifest.run;
        const started = await client.start(manifest.run.pipeline, manifest.parameters, {
          run: { author: flags.by, reuse: { workflowId, runId, steps, calls: true } },
          ...(flags.id === undefined ? {} : { workflowId: flags.id }),
        });
        if (flags.json === true) terminal.out(JSON.stringify({ ...started, reused: steps, again, changes }));
        else terminal.out(`Started ${manifest.run.pipeline} as ${started.workflowId}.\n  perennial watch ${started.workflowId}`);
      });
    });
}

/** RUNS_NOTHING_TO_RECOVER. A run may have succeeded although a step failed, with the policy `continue`: that one can be recovered. */
function refuseFinished({ run, status, steps }: RunManifest): void {
  if (status !== 'succeeded' || steps.some((step) => step.status === 'failed' || step.status === 'cancelled')) return;
  throw new PipelineError('RUNS_NOTHING_TO_RECOVER', {
    what: `run "${run.workflowId}" succeeded, and no step of it failed`,
    expected: 'a run with a step that failed or was cancelled',
  });
}

/** Null when the file that the run was made from is not on this machine, or exports no pipeline. */
async function currentPipeline(manifest: RunManifest, file: string | undefined): Promise<Pipeline | null> {
  if (file !== undefined) return loadPipeline(file);
  const recorded = manifest.environment['file'];
  if (typeof recorded !== 'string') return null;
  const { existsSync } = await import('node:fs');
  return existsSync(recorded) ? loadIfPipeline(recorded) : null;
}

/** A file may define a pipeline without exporting it by default, as a program with its own worker does. */
async function loadIfPipeline(file: string): Promise<Pipeline | null> {
  try {
    return await loadPipeline(file);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'CLI_PIPELINE_FILE') return null;
    throw error;
  }
}

async function changesSince(manifest: RunManifest, pipeline: Pipeline): Promise<string[]> {
  const [{ planChanges }, { codeHash, pipelineCode }] = await Promise.all([
    import('../../../runs/compare-runs.js'),
    import('../../../cache/code/pipeline-code.js'),
  ]);
  const code = await pipelineCode(pipeline);
  const changed = pipeline.plan.steps
    .filter((step) => manifest.code[step.id] !== undefined && manifest.code[step.id] !== codeHash(code.stepCode(step)))
    .map(({ id }) => `code of step "${id}" changed`);
  return [...planChanges(manifest.plan, pipeline.plan), ...changed];
}
