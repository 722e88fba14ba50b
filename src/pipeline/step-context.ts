import type { TrainingSignal } from '../contracts/entities/continuous-training.js';
import type { JsonObject } from '../contracts/json.js';
import type { ItemList, MapResult } from '../contracts/stages/map.js';
import type { Operations } from '../contracts/stages/operations.js';
import type { Owner, Project } from '../contracts/store/ownership.js';
import type { ResourceSpec } from '../contracts/plan.js';
import type { RunIdentity } from '../contracts/run.js';
import type { RetrainConfig } from '../contracts/stages/retrain.js';
import type { ChangeSubject } from '../contracts/plan/triggers.js';
import type { StepControl } from './step-control.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';

export interface StepLog {
  debug(message: string, fields?: JsonObject): void;
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

/** What a step can ask of Temporal. Null in an in-process run. */
export interface TemporalDoor {
  /** Signal-with-start of the model's continuous-training entity. */
  signalTraining(model: string, signal: TrainingSignal): Promise<void>;
  /** MONITOR_OWNED_ELSEWHERE when the entity obeys a policy of another owner. */
  setTrainingPolicy(model: string, policy: RetrainConfig): Promise<void>;
  /**
   * Signal-with-start of the workflow that starts the pipelines of a project which are to run when the subject changes. `n` numbers its log entry.
   * Without `project`: of the first project in the namespace that has such a subject.
   */
  signalChange(subject: ChangeSubject, n: number, project?: Project): Promise<void>;
  /** Creates or updates a schedule. MONITOR_OWNED_ELSEWHERE when it is there and has another owner. */
  ensureSchedule(schedule: {
    readonly id: string;
    /** Multiples of `ms` since 1970, `offsetMs` later each. */
    readonly every: { readonly ms: number; readonly offsetMs?: number } | { readonly cron: string; readonly timezone: string };
    readonly workflowType: string;
    readonly input: JsonObject;
    readonly owner: Owner;
  }): Promise<void>;
}

/** A list in the store, read page by page as often as one likes. */
export interface StoredItems<Item> extends AsyncIterable<Item> {
  /** All of it, in memory. */
  toArray(): Promise<Item[]>;
}

/** What a step's code gets beside its inputs. */
export interface StepContext {
  readonly run: RunIdentity;
  readonly step: string;
  readonly attempt: number;
  readonly parameters: JsonObject;
  readonly log: StepLog;
  /** Keeps a line of a program in the stored log of the step; the worker's own log does not get it. Gives it without values of secrets. */
  output(source: 'stdout' | 'stderr', line: string): string;
  /** Aborted on cancel, worker shutdown and time-out: checkpoint, then leave. */
  readonly signal: AbortSignal;
  /** The same for every attempt of this step in this run. */
  readonly seed: number;
  /** An empty folder of this attempt alone; removed afterwards. */
  readonly scratch: string;
  /**
   * Ids of the devices that this step alone has until it ends, as `CUDA_VISIBLE_DEVICES` takes them. Empty when it asked for none, and where no
   * pool is configured.
   */
  readonly devices: readonly string[];
  /** True on a worker that lends devices to steps: then what is not in `devices` belongs to others. */
  readonly devicesAreLent?: boolean;
  /** What the step asked for; absent: nothing. */
  readonly resources?: ResourceSpec;
  /** Orders of people to this step while it runs: pause, snapshot, stop, live parameters. */
  readonly control: StepControl;
  readonly artifacts: ArtifactStore;
  /** Values of the secrets that a custom step declares, by the name under which it declares them. */
  readonly secrets: { readonly [name: string]: string };
  readonly temporal: TemporalDoor | null;
  /** Shown in status and heartbeats. `total` 0 = unknown. */
  progress(done: number, total: number, note?: string): void;
  /** Stores bytes that `restore` of a later attempt of this step gets back. Returns when they are durable. */
  checkpoint(bytes: Uint8Array): Promise<void>;
  /** The newest checkpoint of this step in this run, or null. */
  restore(): Promise<Buffer | null>;
  /**
   * As `checkpoint`, with the files of a folder, of any size; stores those that changed. False when there was nothing new, or the files kept
   * changing while they were read.
   */
  checkpointFolder(path: string): Promise<boolean>;
  /** Fills a folder from the newest checkpoint; false when there is none, or it is not one of a folder. STORE_RECORD_CORRUPT. */
  restoreFolder(path: string): Promise<boolean>;
  /** The results of a map in the order of its items, null for an item that failed. */
  items<Result>(results: MapResult<Result>): StoredItems<Result | null>;
  /** A list that a step has published. */
  items<Item>(list: ItemList<Item>): StoredItems<Item>;
  /**
   * Stores a list of any length, for a map or a later step; return what it gives. An item is plain JSON of at most 32 KiB, of at most
   * 24 KiB when a map is to run over it.
   */
  publishItems<Item>(items: AsyncIterable<Item> | Iterable<Item>): Promise<ItemList<Item>>;
  /** A finite number, recorded with the step's result. */
  metric(name: string, value: number): void;
}

/** One activity of a stage: gets a step's configuration and inputs, returns its JSON result. */
export type StageOperation<Config, Inputs, Result, Arguments = JsonObject> = (
  task: { readonly config: Config; readonly inputs: Inputs; readonly arguments: Arguments },
  context: StepContext,
) => Promise<Result>;

/** The code of the operations of a stage, each with the arguments and the result that its contract names. */
export type OperationCode<Config, Inputs, Stage extends Operations> = {
  readonly [Name in keyof Stage]: StageOperation<Config, Inputs, Stage[Name]['result'], Stage[Name]['arguments']>;
};
