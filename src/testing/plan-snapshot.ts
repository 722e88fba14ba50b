import { kindWord } from '../pipeline/plan/kind-word.js';
import { aPlanned, aText } from '../errors/kinds.js';
import { checkCall } from '../errors/check-call.js';
import { type JsonObject, type JsonValue, isPlainObject } from '../contracts/json.js';
import type { PlanStep } from '../contracts/plan.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';

const INDENT = '  ';

/**
 * The plan of a pipeline as readable text, one fact a line, without its hash: the same declaration always gives the same text. For the
 * snapshots of a test framework (`expect(planSnapshot(pipeline)).toMatchSnapshot()`), or `expectPlan` without one.
 */
export function planSnapshot(pipeline: Pick<Pipeline, 'plan'>): string {
  checkCall('planSnapshot', { pipeline }, { pipeline: aPlanned });
  const { pipeline: name, parameters, steps, result, ...rest } = pipeline.plan;
  const facts = Object.entries(rest).filter(([key]) => key !== 'hash' && key !== 'formatVersion');
  const lines = [
    `pipeline ${name}`,
    ...Object.entries((parameters['properties'] ?? {}) as JsonObject).map(
      ([key, schema]) => `${INDENT}parameter ${key}: ${text(schema)}`,
    ),
    ...stepLines(steps, INDENT),
    ...(result === undefined ? [] : [`${INDENT}result: ${bindingText(result)}`]),
    ...facts.map(([key, value]) => `${INDENT}${key}: ${text(value as JsonValue)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Compares the plan with a stored text of `planSnapshot`.
 * @throws PipelineError `TESTING_PLAN_CHANGED` with the lines that went (`-`) and came (`+`).
 */
export function expectPlan(pipeline: Pick<Pipeline, 'plan'>, stored: string): void {
  checkCall('expectPlan', { pipeline, stored }, { pipeline: aPlanned, stored: aText });
  const now = planSnapshot(pipeline);
  const [before, after] = [stored, now].map((text) => text.trimEnd().split('\n'));
  const difference = lineDifference(before ?? [], after ?? []);
  if (!difference.some((line) => !line.startsWith(' '))) return;
  throw new PipelineError('TESTING_PLAN_CHANGED', {
    what: `the plan has changed:\n${difference.join('\n')}\n`,
    where: `pipeline ${pipeline.plan.pipeline}`,
    details: { snapshot: now },
  });
}

function stepLines(steps: readonly PlanStep[], indent: string): string[] {
  return steps.flatMap((step) => {
    const { id, kind, needs, inputs, body, config, ...rest } = step;
    const deeper = `${indent}${INDENT}`;
    const bound = Object.entries(inputs).map(([name, binding]) => `${deeper}input ${name}: ${bindingText(binding)}`);
    const facts = [...Object.entries(config), ...Object.entries(rest)].sort(([one], [other]) => (one < other ? -1 : 1));
    return [
      `${indent}${kindWord(kind)} ${id}${needs.length === 0 ? '' : ` after ${needs.join(', ')}`}`,
      ...bound,
      ...facts.map(([name, value]) => `${deeper}${name}: ${text(value)}`),
      ...(body === undefined
        ? []
        : [...stepLines(body.steps, deeper), `${deeper}gives: ${body.result === null ? 'nothing' : bindingText(body.result)}`]),
    ];
  });
}

const bindingText = ({ step, path = [] }: { readonly step: string; readonly path?: readonly string[] }): string =>
  [step, ...path].join('.');

/** JSON with sorted keys. */
function text(value: JsonValue): string {
  return JSON.stringify(value, (_key, member: JsonValue) =>
    isPlainObject(member) ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1))) : member,
  );
}

/** Lines that both have, kept with two blanks; those that went, and those that came, by a longest common subsequence. */
function lineDifference(before: readonly string[], after: readonly string[]): readonly string[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const longest =
        before[row] === after[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
      lengths[row]?.splice(column, 1, longest);
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      lines.push(`  ${old}`);
      row += 1;
      column += 1;
    } else if (fresh === undefined || (old !== undefined && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`- ${old ?? ''}`);
      row += 1;
    } else {
      lines.push(`+ ${fresh}`);
      column += 1;
    }
  }
  return lines;
}
