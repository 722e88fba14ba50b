import type { JoinMode } from '../../contracts/plan.js';
import { isPseudo } from '../draft/draft-scope.js';
import type { DraftStep, Knowledge, PipelineDraft } from '../draft/draft.js';
import type { Ref, Reference, ResultOf } from '../references/reference.js';
import type { OfStage } from '../references/stage-references.js';
import type { StepOptions } from '../options/step-options.js';

export interface JoinOptions<Mode extends JoinMode> extends Pick<StepOptions, 'description' | 'after'> {
  /**
   * `all`: all must succeed; gives their results in order. `any`: waits until all have ended, one at least with success; the others give
   * null. `first`: goes on as soon as one has succeeded and gives its result; of several, that of the one named first.
   */
  readonly mode: Mode;
}

/** One of several references: of the stages that made them, where stages did. */
export type Either<References> = [References] extends [OfStage] ? References : Reference<ResultOf<References>>;

/** What a join gives: of mode `first`, the same kind of reference as those joined, so that later stages take it. */
export type Joined<Refs extends readonly Ref[], Mode extends JoinMode> = Mode extends 'first'
  ? Either<Refs[number]>
  : Ref<{ readonly [Index in keyof Refs]: Mode extends 'any' ? ResultOf<Refs[Index]> | null : ResultOf<Refs[Index]> }>;

const MODES: readonly string[] = ['all', 'any', 'first'] satisfies JoinMode[];

export function addJoin<const Refs extends readonly [Ref, ...Ref[]], Mode extends JoinMode>(
  draft: PipelineDraft,
  id: string,
  references: Refs,
  { reference, ...options }: JoinOptions<Mode> & { readonly reference?: Ref },
): Joined<Refs, Mode> {
  const at = draft.root.at(id);
  if (!MODES.includes(options.mode)) at.at('mode').report('range', `expected one of ${MODES.join(', ')}, got ${options.mode}`);
  if (references.length === 0) at.report('join', 'a join has at least one reference');
  const inputs = references.map((reference, index) => draft.locate(reference, at.at(index)));
  const found = inputs.filter((input) => input !== null);
  const steps = found.filter((input) => input.path === undefined).map((input) => input.step);
  const stages = steps.filter((step): step is DraftStep => !isPseudo(step));
  const [first] = stages;
  const alike =
    options.mode === 'first' && stages.length === references.length && stages.every((step) => step.produces === first?.produces);
  for (const input of found.filter(({ step }) => isPseudo(step)))
    at.report('join', `"${input.step.id}" is always there; join results of steps`);
  return draft.add({
    kind: 'join',
    id,
    options,
    ...(reference === undefined ? {} : { reference }),
    fields: { join: options.mode },
    inputs: Object.fromEntries(inputs.flatMap((input, index) => (input === null ? [] : [[String(index), input] as const]))),
    ...(alike && first !== undefined ? { produces: first.produces, knows: commonKnowledge(stages, id, draft) } : {}),
  });
}

/** What later stages may rely on whichever step comes first; what differs is reported. */
function commonKnowledge(stages: readonly DraftStep[], id: string, draft: PipelineDraft): Knowledge {
  const [first, ...others] = stages.map((step) => step.knows);
  const known = first ?? {};
  for (const key of Object.keys(known) as (keyof Knowledge)[]) {
    const differs = others.some((other) =>
      key === 'features' ? other[key] !== known[key] : JSON.stringify(other[key]) !== JSON.stringify(known[key]),
    );
    if (differs)
      draft.root.at(id).report('join', `the joined steps differ in their ${WORDS[key]}; join them after the stage that uses it`);
  }
  return known;
}

const WORDS: Readonly<Record<keyof Knowledge, string>> = {
  schema: 'schema',
  label: 'label',
  inputColumns: 'input columns',
  features: 'feature set',
  model: 'model',
  endpoint: 'endpoint',
};
