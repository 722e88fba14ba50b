import type { DatasetRef } from '../contracts/dataset.js';
import type { CheckOutcome } from '../contracts/stages/validate.js';
import { escapeHtml } from '../report/html.js';

export interface ValidationReport {
  /** Without the address, so that the same data gives the same report in every store. */
  readonly dataset: Pick<DatasetRef, 'id' | 'meta'>;
  readonly status: 'passed' | 'warned' | 'failed';
  readonly checks: readonly CheckOutcome[];
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d9dee5;vertical-align:top}
.passed{color:#17693a}.failed{color:#a61b1b;font-weight:600}.warned{color:#8a5a00;font-weight:600}td.number{text-align:right}`;

/** The report as one HTML page that needs nothing else. Failed checks come first. Deterministic: no clock, no ids of runs. */
export function validationHtml({ dataset, status, checks }: ValidationReport): string {
  const { meta } = dataset;
  const ordered = [...checks.filter(({ passed }) => !passed), ...checks.filter(({ passed }) => passed)];
  const window = meta.from === null || meta.to === null ? 'the whole source' : `${meta.from} to ${meta.to}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Validation of ${escapeHtml(meta.schema.name)}</title>
<style>${STYLE}</style></head><body>
<h1>Validation of ${escapeHtml(meta.schema.name)}: <span class="${status}">${status}</span></h1>
<p>Dataset ${escapeHtml(dataset.id)}, ${String(meta.rows)} rows, ${escapeHtml(window)}.</p>
<table><thead><tr><th>Check</th><th>Column</th><th>Severity</th><th>Result</th><th>Expected</th><th>Observed</th><th>Failing rows</th></tr></thead>
<tbody>
${ordered.map(outcomeRow).join('\n')}
</tbody></table>
</body></html>
`;
}

function outcomeRow(outcome: CheckOutcome): string {
  const result = outcome.passed ? 'passed' : outcome.severity === 'error' ? 'failed' : 'warned';
  const cells = [outcome.id, outcome.column ?? '', outcome.severity].map((text) => `<td>${escapeHtml(text)}</td>`).join('');
  const observed = outcome.observed === null ? 'nothing' : String(outcome.observed);
  return `<tr>${cells}<td class="${result}">${result}</td><td>${escapeHtml(outcome.expected)}</td><td>${escapeHtml(observed)}</td><td class="number">${String(outcome.failingRows)}</td></tr>`;
}
