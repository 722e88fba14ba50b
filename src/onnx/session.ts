import { isBigInt64Array, isFloat32Array } from 'node:util/types';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelSignature, TensorDatatype, TensorSpec } from '../contracts/model.js';
import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';

/** One value for each row: FP32, INT64, BYTES (text) and BOOL (0 or 1) in this order. */
export type ScoringColumn = Float32Array | BigInt64Array | readonly string[] | Uint8Array;
export type ScoringColumns = { readonly [input: string]: ScoringColumn };

export interface SessionOptions {
  /** Threads inside one call; default 1. The scores do not depend on it. */
  readonly threads?: number;
  /** Checked against the graph when given: ONNX_SIGNATURE_MISMATCH. */
  readonly signature?: ModelSignature;
  /** Numbers that the graph gives for each row, one after the other; default 1. */
  readonly width?: number;
}

/** A loaded model that takes columns of shape [N, 1] and gives one number for each row, or `width` of them. */
export interface ScoringSession {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Scores `rows` rows (0 gives an empty array). Calls may overlap. Every column has `rows` values; NaN is a missing number.
   * Errors: ONNX_INPUT_INVALID lists all wrong columns; ONNX_RUN_FAILED.
   */
  score(columns: ScoringColumns, rows: number): Promise<Float32Array>;
  /** ONNX_SIGNATURE_MISMATCH lists all differences. */
  checkSignature(signature: ModelSignature): void;
  /** Gives the memory back. The session cannot be used afterwards. */
  release(): Promise<void>;
}

type Datatype = { readonly datatype: TensorDatatype; readonly element: 'float32' | 'int64' | 'string' | 'bool' };
const DATATYPES: readonly Datatype[] = [
  { datatype: 'FP32', element: 'float32' },
  { datatype: 'INT64', element: 'int64' },
  { datatype: 'BYTES', element: 'string' },
  { datatype: 'BOOL', element: 'bool' },
];
const SEVERITY_ERROR = 3;

/**
 * Opens a model in ONNX Runtime on the CPU. It does not check where the bytes come from: call `inspectModel` first for models of others.
 * @param source - the model's bytes, or the path of its file.
 * Errors: ONNX_LOAD_FAILED, ONNX_SIGNATURE_MISMATCH.
 */
export async function openSession(source: Uint8Array | string, options: SessionOptions = {}): Promise<ScoringSession> {
  const session = await load(source, options.threads ?? 1);
  try {
    const scoring = scoringSession(session, options.width ?? 1);
    if (options.signature !== undefined) scoring.checkSignature(options.signature);
    return scoring;
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function load(source: Uint8Array | string, threads: number): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: SEVERITY_ERROR,
  };
  try {
    return typeof source === 'string'
      ? await InferenceSession.create(source, options)
      : await InferenceSession.create(source, options);
  } catch (error) {
    throw new PipelineError('ONNX_LOAD_FAILED', { what: `the model does not load: ${reasonOf(error)}`, cause: error });
  }
}

function scoringSession(session: InferenceSession, width: number): ScoringSession {
  const inputs = session.inputMetadata.map(tensorSpec);
  const outputs = session.outputMetadata.map(tensorSpec);
  const [output] = outputs;
  if (output?.datatype !== 'FP32' || outputs.length !== 1) {
    throw new PipelineError('ONNX_SIGNATURE_MISMATCH', {
      what: 'the model does not have exactly one FP32 output',
      received: outputs.map(describe).join(', '),
    });
  }
  return {
    inputs,
    outputs,
    checkSignature: (signature) => {
      compareSignature({ inputs, outputs }, signature);
    },
    release: () => session.release(),
    score: async (columns, rows) => {
      const feeds = feedsOf(inputs, columns, rows);
      if (rows === 0) return new Float32Array(0);
      const values = await run(session, feeds);
      const scores = values[output.name]?.data as Float32Array;
      if (scores.length === rows * width) return scores;
      throw new PipelineError('ONNX_RUN_FAILED', {
        what: `the output "${output.name}" is not ${width === 1 ? 'one number' : `${String(width)} numbers`} for each row`,
        expected: `${String(rows * width)} numbers`,
        received: String(scores.length),
      });
    },
  };
}

async function run(session: InferenceSession, feeds: Record<string, Tensor>): Promise<InferenceSession.ReturnType> {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw new PipelineError('ONNX_RUN_FAILED', { what: `the model failed: ${reasonOf(error)}`, cause: error });
  }
}

function feedsOf(inputs: readonly TensorSpec[], columns: ScoringColumns, rows: number): Record<string, Tensor> {
  const problems: string[] = [];
  const feeds: Record<string, Tensor> = {};
  for (const { name, datatype } of inputs) {
    const column = columns[name];
    if (column === undefined) problems.push(`column "${name}" is missing`);
    else if (column.length !== rows) problems.push(`column "${name}" has ${String(column.length)} values, not ${String(rows)}`);
    else if (datatypeOf(column) !== datatype) problems.push(`column "${name}" holds ${datatypeOf(column)}, not ${datatype}`);
    else feeds[name] = tensorOf(column, rows);
  }
  const known = new Set(inputs.map(({ name }) => name));
  for (const name of Object.keys(columns)) if (!known.has(name)) problems.push(`the model has no input "${name}"`);
  if (problems.length === 0) return feeds;
  throw new PipelineError('ONNX_INPUT_INVALID', {
    what: problems.join('; '),
    expected: inputs.map(describe).join(', '),
    details: { problems },
  });
}

function datatypeOf(column: ScoringColumn): TensorDatatype {
  if (isText(column)) return 'BYTES';
  if (isFloat32Array(column)) return 'FP32';
  return isBigInt64Array(column) ? 'INT64' : 'BOOL';
}

function isText(column: ScoringColumn): column is readonly string[] {
  return Array.isArray(column);
}

/** Views are made again, because the runtime refuses typed arrays of another JavaScript realm. */
function tensorOf(column: ScoringColumn, rows: number): Tensor {
  const dims = [rows, 1];
  if (isText(column)) return new Tensor('string', column, dims);
  const { buffer, byteOffset } = column;
  if (isFloat32Array(column)) return new Tensor('float32', new Float32Array(buffer, byteOffset, rows), dims);
  if (isBigInt64Array(column)) return new Tensor('int64', new BigInt64Array(buffer, byteOffset, rows), dims);
  return new Tensor('bool', new Uint8Array(buffer, byteOffset, rows), dims);
}

function tensorSpec(value: InferenceSession.ValueMetadata): TensorSpec {
  const known = DATATYPES.find(({ element }) => value.isTensor && element === value.type);
  if (value.isTensor && known !== undefined) {
    const shape = value.shape.map((size) => (typeof size === 'number' ? size : -1));
    return { name: value.name, datatype: known.datatype, shape };
  }
  throw new PipelineError('ONNX_SIGNATURE_MISMATCH', {
    what: `"${value.name}" has a type that scoring does not know`,
    expected: DATATYPES.map(({ datatype }) => datatype).join(', '),
    received: value.isTensor ? value.type : 'not a tensor',
  });
}

function compareSignature(graph: ModelSignature, signature: ModelSignature): void {
  const differences = [
    ...compareSpecs('input', graph.inputs, signature.inputs),
    ...compareSpecs('output', graph.outputs, signature.outputs),
  ];
  if (differences.length === 0) return;
  throw new PipelineError('ONNX_SIGNATURE_MISMATCH', {
    what: `graph and signature differ: ${differences.join('; ')}`,
    details: { differences },
  });
}

function compareSpecs(role: string, graph: readonly TensorSpec[], signature: readonly TensorSpec[]): readonly string[] {
  const names = [...new Set([...signature, ...graph].map(({ name }) => name))];
  return names.flatMap((name) => {
    const actual = graph.find((spec) => spec.name === name);
    const promised = signature.find((spec) => spec.name === name);
    const same = actual !== undefined && promised !== undefined && describe(actual) === describe(promised);
    return same ? [] : [`${role} "${name}" is ${describe(actual)} in the graph and ${describe(promised)} in the signature`];
  });
}

function describe(spec: TensorSpec | undefined): string {
  return spec === undefined ? 'absent' : `${spec.name} ${spec.datatype} [${spec.shape.join(', ')}]`;
}
