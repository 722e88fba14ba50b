import type { JsonObject, JsonPrimitive } from '../contracts/json.js';
import type { Task } from '../contracts/stages/feature.js';
import { checkCall } from '../errors/check-call.js';
import { optionsOf } from '../errors/kinds.js';
import { isOptionMarker } from '../kinds/check-options.js';
import type { OptionSchema, OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import { kindsOf } from '../kinds/option-kinds.js';
import type { GraphBuilder } from '../onnx/model-builder.js';
import { OPTIONS_SCHEMA, type Trainer } from '../pipeline/kinds/trainers.js';
import type { Setting } from '../pipeline/references/parameter-reference.js';
import { isReference } from '../pipeline/references/reference.js';
import type { StepContext } from '../pipeline/step-context.js';

/** Rows in time order; the newest, from `trainRows` on, are held out for early stopping. Arrays lie over SharedArrayBuffers. */
export interface TrainingRows {
  readonly rows: number;
  readonly trainRows: number;
  readonly features: number;
  /** float32, feature after feature: value of feature f in row r at `f * rows + r`; NaN = missing. */
  readonly values: Float32Array;
  /** 0 or 1 for a binary task; finite. */
  readonly labels: Float32Array;
}

/** Which rows of the training split a trainer reads. */
export interface RowsWanted {
  /** At most so many of the rows, drawn evenly over time; default all. */
  readonly maxRows?: number | undefined;
  /** Holds out the newest tenth, and encodes what is fitted on labels by the rows before it; default false. */
  readonly holdOut?: boolean;
  /** Fewest rows that training takes, those held out left out; default 2. */
  readonly leastRows?: number;
}

/** The training split of a feature set. */
export interface TrainingData {
  readonly task: Task;
  readonly featureNames: readonly string[];
  /** @throws PipelineError `TRAINING_NO_ROWS`, `TRAINING_SINGLE_CLASS`, `TRAINING_NOT_FINITE` of labels. */
  readonly read: (wanted?: RowsWanted) => Promise<TrainingRows>;
}

/** Some rows, feature by feature, float32 with NaN for a missing value. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly columns: readonly Float32Array[];
}

/** What a trainer is asked for, beside the rows. */
export interface FitTask<Options = JsonObject> {
  readonly options: Options;
  /** 0..2^32-1. An equal seed must give an equal model, whatever the threads. */
  readonly seed: number;
  readonly threads: number;
  /** How often, in units of the trainer's own, it is asked to keep a checkpoint. */
  readonly checkpointEvery: number;
  /** Equal for equal data, options and seed: a checkpoint of another one is not to be taken up. */
  readonly fingerprint: string;
}

/** What a trainer has of its step. */
export type FitContext = Pick<
  StepContext,
  'log' | 'signal' | 'scratch' | 'resources' | 'devices' | 'control' | 'progress' | 'metric' | 'checkpoint' | 'restore'
>;

/** What a trainer gives back. */
export interface FittedModel {
  /**
   * Adds the nodes that turn the tensor `features`, float[N, F], into scores, float[N, 1], and returns the name of that tensor: probabilities
   * of a binary task, predictions of a regression. ONNX opset 17.
   */
  readonly graph: (builder: GraphBuilder, features: string) => string;
  /** Scores of rows as the trainer itself computes them: the exported graph is compared with them before the model is published. */
  readonly predict: (matrix: FeatureMatrix) => ArrayLike<number>;
  /** Losses and the like by name, finite; kept with the model and shown. */
  readonly metrics: { readonly [name: string]: number };
  /** Kept in `trainer.json` beside settings and seed: plain JSON, the same for equal models. */
  readonly record: object;
  /** For a model made of trees. */
  readonly trees?: number;
}

/** What a refit on all rows knows of the model that it stands in for: `record` as it was kept. */
export interface KeptModel {
  readonly record: JsonObject;
  readonly trees?: number;
}

/** What a trainer is made of: from the rows of a feature set to an ONNX graph. */
export interface TrainerDefinition<Options = JsonObject> {
  /** As the plan and the model write it. */
  readonly name: string;
  readonly options: OptionsSchema;
  /** Runs in a process of its own; CPU-bound work of minutes belongs into threads, or the step cannot be cancelled. */
  readonly fit: (data: TrainingData, task: FitTask<Options>, context: FitContext) => Promise<FittedModel>;
  /** The options of a fit on all rows, those of the test too; null: it cannot be repeated. Default: the same options. */
  readonly refit?: (options: Options, kept: KeptModel) => Options | null;
}

/** A trainer, as its list keeps it. */
export interface TrainerKind extends TrainerDefinition, Kind {
  readonly name: string;
  readonly options: OptionsSchema;
}

/** Each option, or the parameter of the run that gives it. */
export type TrainerSettings<Options> = {
  readonly [Name in keyof Options]?: NonNullable<Options[Name]> extends JsonPrimitive
    ? Setting<NonNullable<Options[Name]>>
    : Options[Name];
};

/** The constructor of a trainer: `trainer.gbdt({ trees: 200 })`. */
export interface TrainerConstructor<Options> {
  (settings?: TrainerSettings<Options>): Trainer;
  readonly kind: TrainerKind;
}

/** @param call - as messages name the constructor, such as `trainer.gbdt`. */
export function trainerKind<Options>(call: string, definition: TrainerDefinition<Options>): TrainerConstructor<Options> {
  const kind = Object.freeze({ ...definition }) as unknown as TrainerKind;
  const defaults = Object.fromEntries(
    Object.entries(kind.options.properties).flatMap(([name, option]) =>
      option.default === undefined ? [] : [[name, option.default] as const],
    ),
  );
  const kinds = kindsOf(lenient(kind.options), standsFor);
  const construct = (settings: object = {}): Trainer => {
    checkCall(call, { settings }, { settings: optionsOf(kinds) });
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const trainer = { trainer: kind.name, ...defaults, ...given };
    return Object.freeze(Object.defineProperty(trainer, OPTIONS_SCHEMA, { value: kind.options }));
  };
  return Object.freeze(Object.assign(construct, { kind }));
}

/** Of references and functions the linter knows more to say. */
const standsFor = (value: unknown): boolean => isOptionMarker(value) || isReference(value) || typeof value === 'function';

/** Defaults are put in afterwards, and the linter reports ranges, those of all steps at once. */
function lenient({ properties, required = [] }: OptionsSchema): OptionsSchema {
  const isNumeric = ({ type }: OptionSchema): boolean => type === 'number' || type === 'integer';
  const entries = Object.entries(properties).map(([name, option]): [string, OptionSchema] => [
    name,
    isNumeric(option) ? { title: 'a number or a parameter such as p.params.name', type: 'number' } : option,
  ]);
  return {
    properties: Object.fromEntries(entries),
    required: required.filter((name) => properties[name]?.default === undefined),
  };
}
