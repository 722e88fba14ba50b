import type { NoArguments, Operation } from './operations.js';
import type { RowExpression } from './row-expression.js';
import type { ArtifactRef } from '../artifact.js';
import type { DatasetRef } from '../dataset.js';
import type { JsonObject } from '../json.js';

export type Severity = 'info' | 'warn' | 'error';
export type CheckSpec = {
  /** `row_count_between`, `not_null`, `freshness`, `between`, `in_set`, `unique`, ... */
  readonly check: string;
  readonly id: string;
  readonly column?: string;
  readonly severity: Severity;
  /** Share of rows, 0..1, that must pass. */
  readonly mostly?: number;
  /** For a check of rows: condition of the rows that it checks. False and null leave a row out. */
  readonly where?: RowExpression;
  readonly arguments: JsonObject;
};
export type ValidateConfig = { readonly checks: readonly CheckSpec[] };
export type ValidateInputs = { readonly dataset: DatasetRef };
export type CheckOutcome = {
  readonly id: string;
  readonly check: string;
  readonly column: string | null;
  readonly severity: Severity;
  readonly passed: boolean;
  readonly observed: number | string | null;
  readonly expected: string;
  readonly failingRows: number;
  /** Why the check could not be evaluated; absent of one that was. */
  readonly error?: { readonly code: string; readonly message: string };
};
/** The data set that was checked, and the outcomes of its checks. */
export type ValidateResult = {
  readonly dataset: DatasetRef;
  readonly report: ArtifactRef<'validation-report'>;
  readonly status: 'passed' | 'warned';
  /** Outcomes of all checks, including the schema's. */
  readonly counts: { readonly checks: number; readonly warned: number; readonly informed: number };
  /** All outcomes while they are few; else those of checks that did not pass, as many as fit. `report.json` of the report has them all. */
  readonly checks: readonly CheckOutcome[];
};

export type ValidateOperations = { readonly validate: Operation<NoArguments, ValidateResult> };
