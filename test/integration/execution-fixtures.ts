import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { PlanStep } from '../../src/contracts/plan.js';
import type { Pipeline, StepFunction } from '../../src/pipeline/pipeline.js';
import { canonicalJson } from '../../src/store/json/canonical-json.js';
import { sha256Hex } from '../../src/store/hash.js';
import { type PipelineClient } from '../../src/client/index.js';
import type { RunStatus } from '../../src/contracts/run.js';
import { eventually } from '../eventually.js';

export type StepDraft = Partial<Omit<PlanStep, 'id'>> & { readonly id: string; readonly run?: StepFunction };

/** A pipeline of custom steps and gates, built without the authoring API so that only the execution is under test. */
export function handMade(name: string, drafts: readonly StepDraft[], parameters: JsonObject = ANY_OBJECT): Pipeline {
  const functions = new Map<string, StepFunction>();
  const steps = drafts.map(({ run, ...draft }): PlanStep => {
    if (run !== undefined) functions.set(draft.id, run);
    return { ...DEFAULTS, ...draft, needs: draft.needs ?? needsOf(draft.inputs) };
  });
  const content = { formatVersion: 1 as const, pipeline: name, parameters, steps };
  return { name, plan: { ...content, hash: sha256Hex(canonicalJson(content)) }, functions };
}

const ANY_OBJECT: JsonObject = { type: 'object' };

const DEFAULTS = {
  kind: 'step',
  inputs: {},
  config: {},
  resources: {},
  retry: { maximumAttempts: 3, initialIntervalMs: 50, backoffCoefficient: 2, maximumIntervalMs: 1_000 },
  timeoutMs: 30_000,
  heartbeatTimeoutMs: 5_000,
  onFailure: 'fail',
} as const satisfies Omit<PlanStep, 'id' | 'needs'>;

const needsOf = (inputs: PlanStep['inputs'] = {}): string[] => [...new Set(Object.values(inputs).map(({ step }) => step))];

export const field = (value: JsonValue | undefined, name: string): JsonValue => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no object: ${JSON.stringify(value)}`);
  return (value as JsonObject)[name] ?? null;
};

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-execution-'));
  return { path: folder, remove: () => fs.rm(folder, { recursive: true, force: true }) };
}

/** Asks for the status until it fits; fails with the last one seen. */
export function until(client: PipelineClient, workflowId: string, fits: (status: RunStatus) => boolean): Promise<RunStatus> {
  return eventually(() => client.status(workflowId), fits);
}

export const statusOf = (status: RunStatus, step: string): string | undefined =>
  status.steps.find(({ id }) => id === step)?.status;

/** A JSON text as it is; anything else as JSON. */
export const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A wait that ends at once, with the reason, when `signal` is aborted. */
export const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
