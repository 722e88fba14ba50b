import type { GateConfig } from '../contracts/stages/gate.js';
import type { HookSpec } from '../contracts/plan/hooks.js';
import type { JsonObject } from '../contracts/json.js';
import type { Pools } from '../contracts/plan/pools.js';
import type { Placement, ReusedResults, RunOptions } from '../contracts/run.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { DurationEstimate, Work } from '../runs/estimate-duration.js';
import type { ObjectStore } from '../store/port.js';
import type { ConnectionSettings } from '../temporal/connection.js';
import type { StepPreview } from '../worker/preview/preview-run.js';

/** Enough for a median, few enough to read at once. */
const RUNS_TO_LEARN_FROM = 20;

/** Where a step would go. `workers`: processes that poll the queue now; null when no server answers. */
export type PreviewedPlace = Placement & { readonly workers: number | null };

/** What a run with these parameters would do now. */
export type RunPreview = {
  readonly parameters: JsonObject;
  readonly steps: readonly (StepPreview & { readonly place: PreviewedPlace | null })[];
  readonly approvals: readonly { readonly step: string; readonly gate: GateConfig }[];
  readonly hooks: readonly { readonly on: HookSpec['on']; readonly notifier: string; readonly afterSeconds: number | null }[];
  readonly duration: DurationEstimate;
};

export type PreviewRequest = {
  readonly parameters: JsonObject;
  readonly options: RunOptions;
  readonly objects: ObjectStore;
  readonly pools: Pools;
  readonly settings: ConnectionSettings;
};

const WORK: { readonly [verdict in StepPreview['verdict']]: Work } = {
  hit: 'never',
  reused: 'never',
  skipped: 'never',
  asks: 'never',
  runs: 'surely',
  fails: 'surely',
  later: 'perhaps',
};

/** @throws PipelineError `POOL_NONE_FITS`, `RUNS_NOT_RECORDED`, `RUNS_STEP_UNKNOWN`: as the start of the run would. */
export async function readPreview(pipeline: Pipeline, request: PreviewRequest): Promise<RunPreview> {
  const { parameters, options, objects, pools, settings } = request;
  const { plan } = pipeline;
  const [{ previewRun }, { recentManifests }, { estimateDuration }, { placeSteps }] = await Promise.all([
    import('../worker/preview/preview-run.js'),
    import('../runs/manifest-store.js'),
    import('../runs/estimate-duration.js'),
    import('../pipeline/plan/place-steps.js'),
  ]);
  const places = placeSteps(plan, pools);
  const reused = await reusedResults(objects, options);
  const [previewed, earlier, workers] = await Promise.all([
    previewRun(pipeline, { parameters, options, reused, objects }),
    recentManifests(objects, plan.pipeline, RUNS_TO_LEARN_FROM),
    workersAt(
      Object.values(places).map(({ taskQueue }) => taskQueue),
      settings,
    ),
  ]);
  const verdicts = new Map(previewed.map(({ step, verdict }) => [step, verdict]));
  return {
    parameters,
    steps: previewed.map((preview) => {
      const place = places[preview.step];
      return { ...preview, place: place === undefined ? null : { ...place, workers: workers?.get(place.taskQueue) ?? null } };
    }),
    approvals: plan.steps
      .filter(({ id, kind }) => kind === 'gate' && verdicts.get(id) !== 'skipped' && verdicts.get(id) !== 'reused')
      .map(({ id, config }) => ({ step: id, gate: config as GateConfig })),
    hooks: (plan.hooks ?? []).map(({ on, afterMs, notify }) => ({
      on,
      notifier: notify.notifier,
      afterSeconds: afterMs === undefined ? null : afterMs / 1000,
    })),
    duration: estimateDuration(plan.steps, ({ id }) => WORK[verdicts.get(id) ?? 'later'], earlier),
  };
}

async function reusedResults(objects: ObjectStore, { reuse }: RunOptions): Promise<ReusedResults | null> {
  if (reuse === undefined) return null;
  const { requireManifest, resultsOf } = await import('../runs/manifest-store.js');
  const { withWholeResults } = await import('../runs/whole-results.js');
  const manifest = await withWholeResults(objects, await requireManifest(objects, reuse.workflowId, reuse.runId));
  return { from: reuse.workflowId, results: resultsOf(manifest, reuse.steps) };
}

/** How many processes poll each queue; null when no server answers. Asks nobody when there is no queue. */
async function workersAt(queues: readonly string[], settings: ConnectionSettings): Promise<ReadonlyMap<string, number> | null> {
  if (queues.length === 0) return null;
  const [{ connect, connectionOptions }, { pollersOf }] = await Promise.all([
    import('../temporal/connection.js'),
    import('../temporal/queue-pollers.js'),
  ]);
  const connection = await connect(settings).catch((error: unknown) => {
    if (isPipelineError(error) && error.code === 'TEMPORAL_UNREACHABLE') return null;
    throw error;
  });
  if (connection === null) return null;
  try {
    const { namespace } = connectionOptions(settings);
    const counts = [...new Set(queues)].map(async (queue) => {
      const pollers = await pollersOf(connection, namespace, queue, 'activity');
      return [queue, new Set(pollers.map(({ identity }) => identity)).size] as const;
    });
    return new Map(await Promise.all(counts));
  } finally {
    await connection.close();
  }
}
