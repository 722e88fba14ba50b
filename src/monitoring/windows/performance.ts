import { join } from 'node:path';
import type { WindowReport } from '../../contracts/entities/monitoring.js';
import type { MetricValues } from '../../contracts/stages/evaluate.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { MonitorConfig } from '../../contracts/stages/monitor.js';
import type { FileSource } from '../../contracts/dataset.js';
import type { DuckDb } from '../../data/duckdb.js';
import { inNameOf } from '../../data/source/in-name-of.js';
import { isFileSource, materialize } from '../../data/source/materialize.js';
import type { StepContext } from '../../pipeline/step-context.js';
import { wholeRelation } from '../../data/source/open-source.js';
import { identifier } from '../../contracts/sql-text.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import { measureInThread } from '../../metrics/measure-in-thread.js';
import { WINDOW_ROWS } from './window-rows.js';

type Labels = NonNullable<MonitorConfig['labels']>;
type LabelFiles = Labels & { readonly source: FileSource };
const ALWAYS: Record<Task, readonly string[]> = { binary: ['roc_auc', 'log_loss'], regression: ['mae', 'rmse', 'r2'] };

export type Performance = Pick<WindowReport, 'performance' | 'labelCoverage' | 'performanceCrossed'>;

/**
 * Joins labels to the rows of the window and measures them. The label key joins the input column of its name, or else the request id; of
 * several labels for one key the last counts, in file and row order; a null label is none. Below `minLabelCoverage` nothing is
 * measured. A source without any file yet is a coverage of 0. MONITOR_LABELS_UNREADABLE.
 */
export async function measurePerformance(
  db: DuckDb,
  config: MonitorConfig,
  task: Task,
  { scratch, signal }: Pick<StepContext, 'scratch' | 'signal'>,
): Promise<Performance> {
  const none: Performance = { performance: null, labelCoverage: 0, performanceCrossed: [] };
  if (config.labels === undefined) return none;
  const loading = { window: null, columns: [], folder: join(scratch, 'labels'), signal };
  const { labels: asked } = config;
  const joined = await inNameOf(asked.source, loading.folder, async () =>
    joinLabels(db, { ...asked, source: await materialize(asked.source, loading) }),
  );
  if (joined === null) return none;
  const { labels, scores, rows } = joined;
  const labelCoverage = labels.length / rows;
  if (labels.length === 0 || labelCoverage < config.minLabelCoverage) return { ...none, labelCoverage };
  const stray = task === 'binary' ? labels.find((label) => label !== 0 && label !== 1) : undefined;
  if (stray !== undefined) throw unreadable(`a label is ${stray}`, config.labels, '0 or 1');
  const metrics = [...new Set([...ALWAYS[task], ...config.performance.map(({ metric }) => metric)])];
  const performance = await measureInThread({ task, metrics, labels, scores }, signal);
  return { performance, labelCoverage, performanceCrossed: crossings(config.performance, performance) };
}

function crossings(rules: MonitorConfig['performance'], values: MetricValues): WindowReport['performanceCrossed'] {
  return rules.flatMap(({ metric, below }) => {
    const value = values[metric] ?? null;
    return value !== null && value < below ? [{ metric, value, below }] : [];
  });
}

async function joinLabels(
  db: DuckDb,
  labels: LabelFiles,
): Promise<{ labels: Float64Array; scores: Float64Array; rows: number } | null> {
  const relation = await labelRelation(db, labels);
  if (relation === null) return null;
  const described = await db.query(`SELECT column_name FROM (DESCRIBE ${WINDOW_ROWS})`);
  const own = described.some((row) => row['column_name'] === labels.key) ? identifier(labels.key) : '__id';
  try {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE labelled_rows AS
       WITH labels AS (SELECT ${identifier(labels.key)}::VARCHAR AS k, (${labels.sql})::DOUBLE AS y, row_number() OVER () AS n FROM ${relation}),
            newest AS (SELECT k, arg_max_null(y, n) AS y FROM labels GROUP BY k)
       SELECT w.__id AS id, w.__score AS score, newest.y AS label FROM ${WINDOW_ROWS} w LEFT JOIN newest ON w.${own}::VARCHAR = newest.k`,
    );
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
    throw unreadable(error.parts.what, labels, `a column ${labels.key} and an expression over the label columns`, error);
  }
  const [found, scores] = await db.use(async (connection) => {
    const reader = await connection.runAndReadAll(
      'SELECT label, score FROM labelled_rows WHERE isfinite(label) ORDER BY id, score, label',
    );
    return reader.getColumns();
  });
  const [counted] = await db.query('SELECT count(*) AS rows FROM labelled_rows');
  return {
    labels: Float64Array.from(found ?? [], Number),
    scores: Float64Array.from(scores ?? [], Number),
    rows: Number(counted?.['rows'] ?? 0),
  };
}

/** Null when there is no label file yet. */
async function labelRelation(db: DuckDb, labels: LabelFiles): Promise<string | null> {
  try {
    return await wholeRelation(db, labels.source);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'DATA_SOURCE_MISSING') return null;
    throw error;
  }
}

function unreadable(what: string, labels: Labels, expected: string, cause?: unknown): PipelineError {
  return new PipelineError('MONITOR_LABELS_UNREADABLE', {
    what,
    where: `labels ${isFileSource(labels.source) ? labels.source.path : labels.source.format}, key ${labels.key}, expression ${labels.sql}`,
    expected,
    ...(cause === undefined ? {} : { cause }),
  });
}
