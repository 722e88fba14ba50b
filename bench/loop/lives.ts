import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { definePipeline, feature, gate, gt, label, param, source, split, trainer } from 'perennial-ml';
import type { Pipeline } from 'perennial-ml';
import { runInProcess } from 'perennial-ml/testing';
import { createRegistry } from '../../dist/src/registry/create-registry.js';
import { createArtifactStore } from '../../dist/src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../dist/src/store/open-store.js';
import type { EvaluateResult } from '../../src/contracts/stages/evaluate.js';
import type { TrainResult } from '../../src/contracts/stages/train.js';
import { FILE, flights } from './flights.js';

/** How a model is kept up to date. */
export interface Policy {
  readonly id: string;
  /** Null: the first model is left alone. */
  readonly window: 'all' | { readonly days: number } | null;
  readonly refit: boolean;
  /** False: every new model is deployed. */
  readonly gate: boolean;
}

const MODEL = 'flight-delay';
const DAY_MS = 86_400_000;

/** A policy's own pipeline, store and registry: the steps of the example, up to the decision. */
export class Life {
  readonly #policy: Policy;
  readonly #store: string;
  /** The live model. */
  #model: TrainResult | null = null;
  #fits = 0;
  #promotions = 0;

  private constructor(policy: Policy, store: string) {
    this.#policy = policy;
    this.#store = store;
  }

  static async open(policy: Policy): Promise<Life> {
    return new Life(policy, await mkdtemp(path.join(os.tmpdir(), 'perennial-loop-')));
  }

  get folder(): string {
    return this.#store;
  }

  get counts(): { readonly fits: number; readonly promotions: number } {
    return { fits: this.#fits, promotions: this.#promotions };
  }

  /** Bytes of the live model. */
  async model(): Promise<Buffer> {
    if (this.#model === null) throw new Error(`${this.#policy.id} has no model yet`);
    const artifacts = createArtifactStore(await openObjectStore(this.#store));
    return artifacts.readFile(this.#model, 'model.onnx');
  }

  /** Trains on the policy's rows of [from, to) and lets the winner live. */
  async train(from: number, to: number): Promise<void> {
    const { window } = this.#policy;
    const start = window === null || window === 'all' ? from : Math.max(from, to - window.days * DAY_MS);
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const run = await runInProcess(pipelineOf(this.#policy), { from: day(start), to: day(to) }, { store: this.#store });
    if (run.status !== 'succeeded')
      throw new Error(`${this.#policy.id}: ${JSON.stringify(run.steps.map(({ failure }) => failure))}`);
    const { model, evaluation, metrics, decision, reasons } = run.results['evaluate'] as unknown as EvaluateResult;
    this.#fits += 1;
    if (decision !== 'blessed') return;
    const registry = createRegistry(await openObjectStore(this.#store));
    const workflowId = `loop-${this.#fits}`;
    const release = { from: model.meta.trainFrom, to: model.meta.testTo };
    const { version } = await registry.register({
      model: MODEL,
      artifact: model,
      evaluation,
      metrics,
      window: release,
      workflowId,
      runId: workflowId,
    });
    const because = { basis: { evaluation }, by: 'loop', reason: reasons.join('; ') };
    await registry.promote({ model: MODEL, version, ...because, workflowId });
    this.#model = model;
    this.#promotions += 1;
  }
}

function pipelineOf({ refit, gate: gated }: Policy): Pipeline {
  return definePipeline(MODEL, { params: { from: param.date(), to: param.date() } }, (p) => {
    const raw = p.ingest({ source: source.parquet(FILE), schema: flights, window: [p.params.from, p.params.to] });
    const features = p.feature(raw, {
      label: label.binary(gt(flights.delay, 15)),
      split: split.byTime({ test: '14 days' }),
      columns: {
        hour: feature.hourOf(flights.date),
        weekday: feature.weekdayOf(flights.date),
        distance: feature.numeric(flights.distance),
        origin: feature.targetEncode(flights.origin),
        destination: feature.targetEncode(flights.destination),
        route: feature.targetEncode(flights.origin, flights.destination),
      },
    });
    const model = p.train(features, { trainer: trainer.gbdt({ trees: 100 }), seed: 1, resources: { cpu: 2 } });
    // Without a gate nothing can be so much worse that it is not deployed.
    const open = gated ? { samples: 200 } : { samples: 100, margin: 1, guards: {}, minEvents: 0 };
    p.evaluate(model, {
      metrics: ['roc_auc', 'log_loss'],
      gate: gate.betterThanChampion('roc_auc', open),
      refit,
      resources: { cpu: 2 },
    });
  });
}
