import type { Command } from 'commander';
import type { RunOptions } from '../../contracts/run.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { collect } from './options.js';
import type { StoreSetting } from '../../store/store-setting.js';

export interface ReuseFlags {
  /** False with `--no-cache`. */
  readonly cache: boolean;
  readonly force: readonly string[];
  readonly fromStep?: string;
  readonly of?: string;
}

/** What of earlier runs a run may use. */
export const withReuse = (command: Command): Command =>
  command
    .option('--no-cache', 'use no result of an earlier run')
    .option('--force <step>', 'run this step although a result is there, repeatable', collect, [])
    .option('--from-step <step>', 'run this step and all after it, and take the rest over from --of (needs a file)')
    .option('--of <run>', 'workflow id of the ended run that --from-step takes results from');

/** @throws PipelineError `CLI_USAGE`, `RUNS_STEP_UNKNOWN`, `RUNS_NOT_RECORDED`. */
export async function readReuse(flags: ReuseFlags, store: StoreSetting, pipeline: Pipeline | null): Promise<RunOptions> {
  const unknown = pipeline === null ? [] : flags.force.filter((id) => !pipeline.plan.steps.some((step) => step.id === id));
  if (unknown.length > 0) {
    throw new PipelineError('RUNS_STEP_UNKNOWN', {
      what: `--force names no step: ${unknown.join(', ')}`,
      expected: `one of ${pipeline?.plan.steps.map((step) => step.id).join(', ') ?? ''}`,
    });
  }
  return {
    ...(flags.cache ? {} : { cache: false }),
    ...(flags.force.length === 0 ? {} : { force: flags.force }),
    ...(await readFrom(flags, store, pipeline)),
  };
}

async function readFrom(
  { fromStep: from, of }: ReuseFlags,
  store: StoreSetting,
  pipeline: Pipeline | null,
): Promise<Pick<RunOptions, 'reuse'>> {
  if (from === undefined && of === undefined) return {};
  if (from === undefined || of === undefined || pipeline === null) {
    throw new PipelineError('CLI_USAGE', {
      what: '--from-step and --of go together, with a pipeline file',
      expected: 'perennial run FILE --from-step STEP --of RUN',
    });
  }
  const [{ openObjectStore }, { requireManifest }, { stepsBefore }] = await Promise.all([
    import('../../store/open-store.js'),
    import('../../runs/manifest-store.js'),
    import('../../runs/reusable-steps.js'),
  ]);
  const manifest = await requireManifest(await openObjectStore(store), of);
  const { workflowId, runId } = manifest.run;
  return { reuse: { workflowId, runId, steps: stepsBefore(manifest, pipeline.plan, from) } };
}
