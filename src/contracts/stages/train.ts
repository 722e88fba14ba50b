import type { NoArguments, Operation } from './operations.js';
import type { JsonObject } from '../json.js';
import type { ArtifactRef } from '../artifact.js';
import type { ModelSignature } from '../model.js';
import type { FeatureResult, InterleavedSplit, Task } from './feature.js';

export type GbdtSettings = {
  readonly trees: number;
  readonly learningRate: number;
  readonly leaves: number;
  readonly minRowsInLeaf: number;
  readonly maxBins: number;
  readonly l2: number;
  readonly featureFraction: number;
  /** Stop when the last `earlyStopping` trees did not improve the loss on the newest 10% of the training rows; 0 = off. */
  readonly earlyStopping: number;
  /** Fits on at most so many of the training rows, drawn evenly over time; absent: on all. */
  readonly maxRows?: number;
};
export type GbdtSpec = { readonly trainer: 'gbdt' } & GbdtSettings;
/** A trainer by name; its settings are the other members. */
export type TrainerSpec = { readonly trainer: string } & JsonObject;
export type TrainConfig = {
  readonly trainer: TrainerSpec;
  readonly threads?: number;
  readonly seed?: number;
  readonly checkpointEvery?: number;
};
export type TrainInputs = { readonly features: FeatureResult };
/** Files of a model: `model.onnx` (raw columns -> `score` float[N,1]), `signature.json`, `samples.json`, `trainer.json` (trees as JSON). */
export type ModelMeta = {
  readonly task: Task;
  readonly trainer: string;
  readonly signature: ModelSignature;
  readonly featureSet: string;
  /** For a model made of trees. */
  readonly trees?: number;
  readonly trainRows: number;
  readonly trainFrom: string;
  readonly testFrom: string;
  readonly testTo: string;
  /** For a model that was fitted on rows which do not all come before the test rows. */
  readonly interleaved?: InterleavedSplit;
  readonly seed: number;
  readonly metrics: { readonly [name: string]: number };
  /** Id of the model that was evaluated in its place: this one was fitted with the same settings on all rows, those of the test too. */
  readonly refitOf?: string;
};
/** The model that was published. */
export type TrainResult = ArtifactRef<'model', ModelMeta>;

export type TrainOperations = { readonly train: Operation<NoArguments, TrainResult> };
