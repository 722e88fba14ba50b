import type { Condition, Operand } from '../../contracts/plan/condition.js';
import type { JsonValue } from '../../contracts/json.js';
import { type LoopResult, MAX_LOOP_ROUNDS } from '../../contracts/stages/loop.js';
import type { RunCondition } from '../expressions/expression.js';
import { compileCondition, type CompiledCondition } from '../expressions/run-condition.js';
import { type DraftBody, isPseudo } from '../draft/draft-scope.js';
import type { PipelineDraft } from '../draft/draft.js';
import type { OptionReader } from '../lint/issues.js';
import type { Setting } from '../references/parameter-reference.js';
import { isReference, type Ref, type Reference } from '../references/reference.js';
import type { StepOptions } from '../options/step-options.js';

interface LoopBounds<Result> extends Pick<StepOptions, 'description' | 'after' | 'onFailure'> {
  /** Most rounds, 1..1,000. When they are used up the loop ends with `met` false; that is no failure. */
  readonly times: Setting<number>;
  /** Asked after each round about its result, and about parameters and steps before the loop. */
  readonly until: (last: Reference<Result>) => RunCondition;
}

/** Without `start` the first round gets null, and what a round gets has no type. */
export interface LoopOptions<Result> extends LoopBounds<Result> {
  /** Declares the steps of one round. `iteration` counts from 0. */
  readonly body: (previous: Ref, iteration: Reference<number>) => Ref<Result>;
}

export interface StartedLoopOptions<Result> extends LoopBounds<Result> {
  /** What the first round gets: plain JSON, or the result of a step. */
  readonly start: Result | Ref<Result>;
  /** Declares the steps of one round. `previous`: the result of the round before. `iteration` counts from 0. */
  readonly body: (previous: Reference<Result>, iteration: Reference<number>) => Ref<NoInfer<Result>>;
}

/** The result of a loop: that of its last round, and how many rounds there were. */
export type LoopReference<Result> = Reference<LoopResult<Result>>;

export function addLoop<Result>(
  draft: PipelineDraft,
  id: string,
  options: LoopOptions<Result> | StartedLoopOptions<Result>,
): LoopReference<Result> {
  const at = draft.root.at(id);
  const conditions: CompiledCondition[] = [];
  const body = draft.body(id, ['previous', 'iteration', 'last'], ({ previous, iteration, last }) => {
    const result = options.body(previous as Reference<Result>, iteration as Reference<number>);
    conditions.push(compileCondition(options.until(last as Reference<Result>), draft, at.at('until')));
    return result;
  });
  if (body.result === null) at.report('loop', 'the body must return the reference of a step: the result of the round');
  const condition: Condition = { op: 'and', conditions: conditions.map((compiled) => compiled.condition) };
  const reads = conditions.flatMap((compiled) => compiled.reads);
  checkReads(reads, id, body, at.at('until'));
  const outside = reads.filter(({ step }) => step.scope !== body.scope).map(({ step }) => [step.id, { step }] as const);
  const start = 'start' in options ? options.start : null;
  const startInput = isReference(start) ? draft.locate(start, at.at('start')) : null;
  return draft.add({
    kind: 'loop',
    id,
    options,
    body,
    inputs: { ...Object.fromEntries(outside), ...(startInput === null ? {} : { start: startInput }) },
    config: (read) => ({
      id,
      times: read.at('times').number(options.times, { min: 1, max: MAX_LOOP_ROUNDS, integer: true }),
      until: parametersAsValues(condition),
      ...(isReference(start) ? {} : { start: start as JsonValue }),
    }),
  });
}

/** Steps of the body have another result in each round: `until` sees that of the round through its argument. */
function checkReads(reads: CompiledCondition['reads'], id: string, { scope }: DraftBody, at: OptionReader): void {
  for (const { step } of reads) {
    if (step.scope === scope && !(isPseudo(step) && step.id === `${id}.last`))
      at.report(
        'loop',
        `the condition reads "${step.id}", which is inside the loop; return it from the body and use the argument of until`,
      );
  }
}

/** Inside a configuration a parameter is replaced by its bare value, so that it must stand where a value does. */
function parametersAsValues(condition: Condition): object {
  const operand = (given: Operand): object => {
    if ('op' in given) return { op: given.op, operands: given.operands.map(operand) };
    return '$param' in given ? { value: given } : given;
  };
  switch (condition.op) {
    case 'and':
    case 'or':
      return { op: condition.op, conditions: condition.conditions.map(parametersAsValues) };
    case 'not':
      return { op: 'not', condition: parametersAsValues(condition.condition) };
    default:
      return { op: condition.op, left: operand(condition.left), right: operand(condition.right) };
  }
}
