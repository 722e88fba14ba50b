import { nearestRank } from '../metrics/quantiles.js';
import type { Blessing, EvaluateConfig, EvaluateInputs } from '../contracts/stages/evaluate.js';
import type { TrainResult } from '../contracts/stages/train.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { inspectModel } from '../onnx/inspect-model.js';
import type { ScoringColumns } from '../onnx/session.js';
import { openSession } from '../onnx/session.js';
import type { StageOperation, StepContext } from '../pipeline/step-context.js';
import { compileRowParser } from '../serving/input/row-parser.js';
import { parseJson } from '../store/json/parse-json.js';
import { withoutBounds } from '../serving/input/value-rule.js';

/** Single-row calls that the latency is measured on, after as many that are not counted; fewer when they would take longer than this together. */
const TIMED_CALLS = 300;
const TIMED_MS = 2_000;
const LEAST_CALLS = 20;

/**
 * Loads the candidate as a model server would (allowed operators, fresh session, signature, row parser) and scores its stored sample rows,
 * together and one by one. Anything wrong with the model is a problem in the result; failures of store or machine are thrown.
 */
export const bless: StageOperation<EvaluateConfig, EvaluateInputs, Blessing> = async ({ config, inputs }, context) => {
  const { model } = inputs;
  const none: Blessing = { blessed: false, problems: [], modelBytes: model.bytes, sampleRows: 0, p50Ms: null, p99Ms: null };
  try {
    return await check(model, config, none, context);
  } catch (error) {
    if (!isPipelineError(error) || error.retryable) throw error;
    return { ...none, problems: [`${error.code}: ${error.message}`] };
  }
};

async function check(model: TrainResult, config: EvaluateConfig, none: Blessing, context: StepContext): Promise<Blessing> {
  const bytes = await context.artifacts.readFile(model, 'model.onnx');
  inspectModel(bytes);
  const rows = parseSamples(await context.artifacts.readFile(model, 'samples.json'));
  const measured = { ...none, modelBytes: bytes.byteLength, sampleRows: rows.length };
  if (rows.length === 0) return { ...measured, problems: ['samples.json has no rows, or is not a JSON array'] };
  const { signature } = model.meta;
  const parse = compileRowParser(config.model, withoutBounds(signature));
  const session = await openSession(bytes, { threads: 1, signature });
  try {
    const columns = (some: readonly unknown[]): ScoringColumns => {
      const batch = parse(some);
      return Object.fromEntries(signature.inputs.map((spec, index) => [spec.name, batch.columns[index] ?? []]));
    };
    const scores = await session.score(columns(rows), rows.length);
    const wrong = scores.findIndex((score) => !Number.isFinite(score));
    if (wrong !== -1)
      return { ...measured, problems: [`sample row ${wrong} scores ${scores[wrong] ?? NaN}, not a finite number`] };
    const times = await timeCalls((call) => session.score(columns([rows[call % rows.length]]), 1), context.signal);
    const [p50Ms, p99Ms] = [rounded(nearestRank(times, 0.5)), rounded(nearestRank(times, 0.99))];
    const slow = p99Ms > config.infra.maxP99Ms;
    const problems = slow ? [`p99 of single rows is ${p99Ms} ms, more than ${config.infra.maxP99Ms} ms`] : [];
    return { ...measured, blessed: !slow, problems, p50Ms, p99Ms };
  } finally {
    await session.release();
  }
}

function parseSamples(bytes: Buffer): readonly unknown[] {
  try {
    const samples = parseJson(bytes, 'samples.json');
    return Array.isArray(samples) ? samples : [];
  } catch {
    return [];
  }
}

async function timeCalls(call: (index: number) => Promise<unknown>, signal: AbortSignal): Promise<Float64Array> {
  await manyCalls(call, signal);
  return Float64Array.from(await manyCalls(call, signal)).sort();
}

async function manyCalls(call: (index: number) => Promise<unknown>, signal: AbortSignal): Promise<readonly number[]> {
  const times: number[] = [];
  let total = 0;
  while (times.length < TIMED_CALLS && (total < TIMED_MS || times.length < LEAST_CALLS)) {
    signal.throwIfAborted();
    const start = performance.now();
    await call(times.length);
    const ms = performance.now() - start;
    total += ms;
    times.push(ms);
  }
  return times;
}

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
