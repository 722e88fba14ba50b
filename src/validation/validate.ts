import { jsonFile } from '../store/artifacts/json-file.js';
import type { CheckOutcome, ValidateConfig, ValidateInputs, ValidateResult } from '../contracts/stages/validate.js';
import type { DatasetRef } from '../contracts/dataset.js';
import { datasetFiles } from '../data/datasets/dataset-files.js';
import { withDuckDb } from '../data/duckdb.js';
import { engineOptions } from '../data/engine-options.js';
import { parquetRelation } from '../data/file-list.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import type { StageOperation } from '../pipeline/step-context.js';
import { compileChecks } from './compile-checks.js';
import { validationHtml } from './report-html.js';
import { runChecks } from './run-checks.js';

/**
 * The validate stage: one aggregate pass over the dataset, a `validation-report` artifact (`report.json`, `report.html`), and the same
 * dataset onwards. The report is published also when a check with severity `error` fails; then VALIDATION_FAILED names each of these
 * with what was expected and observed, and the report's address. Checks of severity `warn` and `info` never fail the step.
 * A check that cannot be evaluated is VALIDATION_CHECK_INVALID (of a kind that broke the rules of its door: EXTENSION_RESULT_INVALID), after the
 * report of all others was published. Other errors: ARTIFACT_CORRUPT.
 */
export const validate: StageOperation<ValidateConfig, ValidateInputs, ValidateResult> = async ({ config, inputs }, context) => {
  const { dataset } = inputs;
  const checks = compileChecks(config.checks, dataset.meta);
  context.progress(0, checks.length, 'reading the dataset');
  const files = await datasetFiles(context.artifacts, dataset);
  const outcomes = await withDuckDb(engineOptions(context), (db) => runChecks(db, parquetRelation(files), dataset.meta, checks));
  context.progress(checks.length, checks.length, 'checked');

  const failed = outcomes.filter(({ passed, severity, error }) => error !== undefined || (!passed && severity === 'error'));
  const warned = outcomes.filter(({ passed, severity, error }) => error === undefined && !passed && severity === 'warn');
  const status = failed.length > 0 ? 'failed' : warned.length > 0 ? 'warned' : 'passed';
  const page = { dataset: { id: dataset.id, meta: dataset.meta }, status, checks: outcomes } as const;
  const report = await context.artifacts.publish({
    kind: 'validation-report',
    files: [
      jsonFile('report.json', `${JSON.stringify(page, null, 2)}\n`),
      { name: 'report.html', mediaType: 'text/html', content: { bytes: Buffer.from(validationHtml(page)) } },
    ],
    meta: { status, checks: outcomes.length, failed: failed.length, warned: warned.length },
    inputs: [dataset],
  });
  context.metric('checks', outcomes.length);
  context.metric('checks_warned', warned.length);
  for (const outcome of warned) context.log.warn(describe(outcome), { check: outcome.id });
  const broken = outcomes.filter((outcome) => outcome.error !== undefined);
  if (broken.length > 0) throw notEvaluated(broken, outcomes, dataset, report);
  if (status === 'failed') {
    throw new PipelineError('VALIDATION_FAILED', {
      what: someOf(failed.map(describe), '; '),
      where: `dataset ${dataset.meta.schema.name} ${dataset.id}`,
      cure: `Open the report (perennial artifacts get ${report.kind}/${report.id} report.html --out report.html), then correct the data at its origin or change the check.`,
      details: { report: report.uri, reportId: report.id, failedChecks: failed.length, failed: told(failed) },
    });
  }
  const informed = outcomes.filter(({ passed, severity }) => !passed && severity === 'info').length;
  const counts = { checks: outcomes.length, warned: warned.length, informed };
  return { dataset, report, status, counts, checks: told(outcomes) };
};

/** A check that cannot be evaluated is wrong itself, whatever its severity says of the data. */
function notEvaluated(
  broken: readonly CheckOutcome[],
  outcomes: readonly CheckOutcome[],
  { id, meta }: DatasetRef,
  report: ValidateResult['report'],
): PipelineError {
  const reasons = broken.map(({ id: check, check: kind, column, error }) => {
    const over = column === null ? '' : ` over column "${column}"`;
    return `check "${check}" (${kind}${over}) cannot be evaluated: ${error?.message ?? ''}`;
  });
  const failed = outcomes.filter(({ passed, error }) => error === undefined && !passed);
  const others = outcomes.length - broken.length;
  const codes = new Set(broken.map(({ error }) => error?.code));
  return new PipelineError(
    codes.size === 1 && codes.has('EXTENSION_RESULT_INVALID') ? 'EXTENSION_RESULT_INVALID' : 'VALIDATION_CHECK_INVALID',
    {
      what: `${someOf(reasons, '; ')}; of the ${others} others ${others - failed.length} passed`,
      where: `dataset ${meta.schema.name} ${id}`,
      cure: `Correct the check. The report has what the others found: perennial artifacts get ${report.kind}/${report.id} report.html --out report.html`,
      details: { report: report.uri, reportId: report.id, notEvaluated: told(broken), failed: told(failed) },
    },
  );
}

/** Bytes of JSON of the outcomes in a result, so that it does not grow with the columns. */
const MOST_TOLD_BYTES = 8 * 1024;

function told(outcomes: readonly CheckOutcome[]): readonly CheckOutcome[] {
  if (Buffer.byteLength(JSON.stringify(outcomes)) <= MOST_TOLD_BYTES) return outcomes;
  let left = MOST_TOLD_BYTES;
  return outcomes.filter((outcome) => {
    if (outcome.passed) return false;
    left -= Buffer.byteLength(JSON.stringify(outcome)) + 1;
    return left >= 0;
  });
}

function describe({ id, expected, observed, failingRows }: CheckOutcome): string {
  const rows = failingRows === 0 ? '' : ` (${String(failingRows)} rows)`;
  return `check "${id}" failed: expected ${expected}, got ${String(observed ?? 'nothing')}${rows}`;
}
