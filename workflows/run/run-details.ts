import type { RunStatus, StepState } from '../../src/contracts/run.js';

const MAX_NOTE_LENGTH = 200;
/** Temporal keeps at most 20,000 bytes of details. */
const MAX_DETAILS_LENGTH = 15_000;

/** The run as a Markdown table, for the details that the Temporal UI shows. Rows of steps that rest are not written again. */
export class RunDetails {
  readonly #resting = new Map<string, { readonly key: string; readonly row: string }>();

  render(status: RunStatus): string {
    const head = [
      `**${status.pipeline}**: ${status.status}`,
      '',
      '| step | stage | status | seconds | note |',
      '|---|---|---|---:|---|',
    ];
    return [...head, ...status.steps.map((step) => this.#row(step))].join('\n').slice(0, MAX_DETAILS_LENGTH);
  }

  #row(step: StepState): string {
    if (step.status !== 'pending' && step.status !== 'succeeded') return renderStep(step);
    const key = `${step.status}${step.finishedAt ?? ''}`;
    const known = this.#resting.get(step.id);
    if (known?.key === key) return known.row;
    const row = renderStep(step);
    this.#resting.set(step.id, { key, row });
    return row;
  }
}

function renderStep(step: StepState): string {
  const cells = [step.id, step.kind, step.status, step.seconds === null ? '' : step.seconds.toFixed(1), noteOf(step)];
  return `| ${cells.map(escapeCell).join(' | ')} |`;
}

function noteOf(step: StepState): string {
  const metrics = Object.entries(step.metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(5))}`);
  const items = step.items === undefined ? null : `${step.items.done} of ${step.items.total}`;
  const parts = [
    items,
    step.reason ?? null,
    step.waitingFor,
    step.failure === null ? null : `${step.failure.code}: ${step.failure.message}`,
    ...metrics,
  ];
  return parts
    .filter((part) => part !== null)
    .join(', ')
    .slice(0, MAX_NOTE_LENGTH);
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
