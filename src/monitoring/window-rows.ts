import { join } from 'node:path';
import type { ColumnSpec, ColumnType } from '../contracts/dataset.js';
import type { MonitorConfig } from '../contracts/stages.js';
import type { ModelSignature, TensorDatatype, TensorSpec } from '../contracts/model.js';
import { isoInstant, timestampLiteral } from '../data/event-time.js';
import type { DuckDb } from '../data/duckdb.js';
import { fileList, identifier, literal } from '../data/sql-text.js';
import type { StepContext } from '../pipeline/step-context.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Window } from './window.js';

/** Table of the answered rows of a window: `__id`, `__score`, `__version`, then the model's raw inputs by their names. */
export const WINDOW_ROWS = 'window_rows';

/** Columns of a prediction file that are not inputs; an input of such a name is logged as `input_<name>`. */
const LOG_COLUMNS = ['request_id', 'event_time', 'logged_at', 'model', 'version', 'variant', 'status', 'latency_ms', 'score'];
const TYPES: Record<TensorDatatype, ColumnType> = { BOOL: 'boolean', INT64: 'integer', FP32: 'float', BYTES: 'category' };

export interface WindowRows {
  readonly rows: number;
  readonly versions: readonly number[];
  /** Share of the requests of the window that were not answered. */
  readonly failedRatio: number;
}

/** Raw inputs of a model as columns. */
export function inputColumns(signature: ModelSignature): ColumnSpec[] {
  return signature.inputs.map((spec) => ({
    name: spec.name,
    type: spec.column ?? TYPES[spec.datatype],
    nullable: spec.nullable ?? false,
  }));
}

/**
 * Loads the window's answered rows (status 2xx, finite score) of an endpoint's prediction log into the table `window_rows`.
 * MONITOR_WINDOW_EMPTY when there is none.
 */
export async function loadWindowRows(
  db: DuckDb,
  context: StepContext,
  config: Pick<MonitorConfig, 'endpoint' | 'clock'>,
  signature: ModelSignature,
  window: Window,
): Promise<WindowRows> {
  const files = await predictionFiles(context, config, window);
  if (files.length === 0) throw emptyWindow(config.endpoint, window, 0);
  const log = `read_parquet(${fileList(files)}, union_by_name = true)`;
  const described = await db.query(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${log})`);
  const present = new Set(described.map((row) => String(row['column_name'])));
  const inputs = signature.inputs.map((spec) => `${inputSql(spec, present)} AS ${identifier(spec.name)}`);
  const inWindow = `event_time >= ${timestampLiteral(window.fromMs)} AND event_time < ${timestampLiteral(window.toMs)}`;
  const answered = 'status BETWEEN 200 AND 299 AND isfinite(score)';
  await db.run(
    `CREATE OR REPLACE TEMP TABLE ${WINDOW_ROWS} AS
     SELECT ${['request_id AS __id', 'score::DOUBLE AS __score', 'version AS __version', ...inputs].join(', ')}
     FROM ${log} WHERE ${inWindow} AND ${answered}`,
  );
  const [counts] = await db.query(
    `SELECT count(*) AS total, count(*) FILTER (WHERE ${answered}) AS answered FROM ${log} WHERE ${inWindow}`,
  );
  const versions = await db.query(
    `SELECT DISTINCT __version AS version FROM ${WINDOW_ROWS} WHERE __version IS NOT NULL ORDER BY 1`,
  );
  const [total, rows] = [Number(counts?.['total'] ?? 0), Number(counts?.['answered'] ?? 0)];
  if (rows === 0) throw emptyWindow(config.endpoint, window, files.length);
  return { rows, versions: versions.map((row) => Number(row['version'])), failedRatio: (total - rows) / total };
}

/** Local paths of the log's files. With the wall's clock, days before the window can hold none of its rows. */
async function predictionFiles(
  context: StepContext,
  config: Pick<MonitorConfig, 'endpoint' | 'clock'>,
  window: Window,
): Promise<string[]> {
  const { objects } = context.artifacts;
  const prefix = `predictions/${config.endpoint}/`;
  const firstDay = config.clock === 'wall' ? isoInstant(window.fromMs).slice(0, 10) : '';
  const paths: string[] = [];
  for await (const { key } of objects.list(prefix)) {
    if (!key.endsWith('.parquet') || key.slice(prefix.length, prefix.length + 10) < firstDay) continue;
    context.signal.throwIfAborted();
    const local = objects.localPath(key);
    const path = local ?? join(context.scratch, `log-${paths.length}.parquet`);
    if (local === null) await objects.getFile(key, path);
    paths.push(path);
  }
  return paths;
}

function inputSql(spec: TensorSpec, present: ReadonlySet<string>): string {
  const name = LOG_COLUMNS.includes(spec.name) ? `input_${spec.name}` : spec.name;
  if (present.has(name)) return identifier(name);
  return spec.column === 'timestamp' ? 'NULL::TIMESTAMP' : `NULL::${spec.datatype === 'BYTES' ? 'VARCHAR' : 'DOUBLE'}`;
}

function emptyWindow(endpoint: string, window: Window, files: number): PipelineError {
  return new PipelineError('MONITOR_WINDOW_EMPTY', {
    what: 'no prediction was answered',
    where: `the window from ${isoInstant(window.fromMs)} to ${isoInstant(window.toMs)} of endpoint ${literal(endpoint)}`,
    received: `${files} prediction files`,
  });
}
