import { PipelineError } from '../../errors/pipeline-error.js';
import type { InputIssue } from './parse-value.js';

/** Fields listed in one answer, beside the count of all. */
const LISTED = 100;

/** One error for all invalid fields: `SERVING_NUMBER_NOT_FINITE` when nothing else is wrong, else `SERVING_INPUT_INVALID`. */
function inputError(model: string, issues: readonly InputIssue[], found: number): PipelineError {
  const code = issues.every((issue) => issue.problem === 'not_finite') ? 'SERVING_NUMBER_NOT_FINITE' : 'SERVING_INPUT_INVALID';
  const named = issues.slice(0, 3).map((issue) => {
    const place = issue.row === null ? '' : `row ${issue.row}, `;
    return `${place}column "${issue.column}": ${issue.problem.replaceAll('_', ' ')}, expected ${issue.expected}, got ${issue.received}`;
  });
  const more = found > named.length ? `; and ${found - named.length} more` : '';
  return new PipelineError(code, {
    what: `${found} ${found === 1 ? 'field does' : 'fields do'} not fit model "${model}" (${named.join('; ')}${more})`,
    details: { issues: issues.slice(0, LISTED), found },
  });
}

/** Collects issues up to the listed number and counts the rest. */
export class IssueList {
  readonly issues: InputIssue[] = [];
  found = 0;

  /** True when further issues are only counted. */
  get isFull(): boolean {
    return this.issues.length >= LISTED;
  }

  add(issue: InputIssue): void {
    this.found += 1;
    if (!this.isFull) this.issues.push(issue);
  }

  /** @throws PipelineError when any issue was added. */
  raise(model: string): void {
    if (this.found > 0) throw inputError(model, this.issues, this.found);
  }
}
