import { isPlainObject, type JsonObject } from '../contracts/json.js';
import { checkCall } from '../errors/check-call.js';
import { optionsOf } from '../errors/kinds.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { fixedOptionKinds } from '../kinds/check-options.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import { type GivenOptions, type OptionsOf, withDefaults } from '../kinds/options-of.js';
import type { Duration } from '../pipeline/duration.js';
import type { OnInconclusive, Rollout, RolloutHealth, RolloutOptions } from '../pipeline/options/rollout.js';
import { rolloutOptionKinds } from '../pipeline/options/rollout.js';

/** One position of a roll-out. */
export interface RolloutStep {
  /** Percent of the traffic for the candidate, 1..100. */
  readonly weight: number;
  /** How long it is watched there, such as '5 minutes'; '0 seconds' for no bake. */
  readonly bake: string;
}

/** What a roll-out makes of its options. */
export interface RolloutSteps {
  /** With ascending weights, the last 100. Where no champion serves, only the last one counts. */
  readonly steps: readonly RolloutStep[];
  /** Limits of this strategy; those that a pipeline file names win. */
  readonly health?: RolloutHealth;
  readonly onInconclusive?: OnInconclusive;
}

/** A kind of roll-out, as its list has it. */
export interface RolloutKind extends Kind {
  plan(options: JsonObject): RolloutSteps;
}

/** What `defineRollout` takes. */
export interface RolloutDefinition<Schema extends OptionsSchema = OptionsSchema> {
  /** As the plan writes it: lower case, digits and `_`. */
  readonly name: string;
  /** JSON Schema of its options. They are values: a roll-out is planned when the pipeline is defined, so no parameter may stand for one. */
  readonly options: Schema;
  /** The steps, from the options; pure. The plan holds what it returns, so that a run under way keeps it whatever this code becomes. */
  plan(options: OptionsOf<Schema>): RolloutSteps;
}

type Rest<Options> = Partial<Options> extends Options ? [options?: Options] : [options: Options];

/** What a pipeline file calls: `linear({ step: 20, every: '10 minutes' })`. */
export type RolloutConstructor<Schema extends OptionsSchema> = {
  /** What `ROLLOUTS` lists. */
  readonly kind: RolloutKind;
} & ((...options: Rest<GivenOptions<Schema> & RolloutOptions>) => Rollout);

/** Makes the constructor of a roll-out that was added. */
export function rolloutKind<const Schema extends OptionsSchema>(
  definition: RolloutDefinition<Schema>,
): RolloutConstructor<Schema> {
  const kind = { ...definition } as unknown as RolloutKind;
  const make = (given: JsonObject & RolloutOptions = {}): Rollout => {
    checkCall(kind.name, { options: given }, { options: optionsOf({ ...fixedOptionKinds(kind), ...rolloutOptionKinds }) });
    const { health, onInconclusive, ...own } = given;
    const options = withDefaults(kind.options, own) as JsonObject;
    const planned = stepsOf(kind, options);
    const wanted = onInconclusive ?? planned.onInconclusive;
    return Object.freeze({
      strategy: kind.name,
      options,
      weights: planned.steps.map(({ weight }) => weight),
      bake: planned.steps.map(({ bake }) => bake as Duration),
      health: { ...planned.health, ...health },
      ...(wanted === undefined ? {} : { onInconclusive: wanted }),
    });
  };
  return Object.assign(make, { kind }) as unknown as RolloutConstructor<Schema>;
}

/** What the weights and times must be is the linter's; here it is only seen that they are there. */
function stepsOf(kind: RolloutKind, options: JsonObject): RolloutSteps {
  const planned: unknown = kind.plan(options);
  const steps = isPlainObject(planned) ? planned['steps'] : undefined;
  const isStep = (step: unknown): boolean =>
    isPlainObject(step) && typeof step['weight'] === 'number' && typeof step['bake'] === 'string';
  if (Array.isArray(steps) && steps.every(isStep)) return planned as RolloutSteps;
  throw new PipelineError('EXTENSION_RESULT_INVALID', {
    what: `\`plan\` of the roll-out "${kind.name}" returned no steps`,
    expected: '{ steps: [{ weight: number, bake: string }, ...] }',
    received: planned === undefined ? 'nothing' : JSON.stringify(planned),
  });
}
