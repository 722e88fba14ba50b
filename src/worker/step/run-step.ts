import type { JsonValue } from '../../contracts/json.js';
import type { StepOutcome, StepTask } from '../../contracts/run.js';
import { boundError } from '../../errors/bounded-failure.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import type { StepCaching } from '../../cache/step-cache.js';
import type { StepWork } from '../../pipeline/pipeline.js';
import type { StepContext, StepLog, TemporalDoor } from '../../pipeline/step-context.js';
import { redactError } from '../../secrets/redact-error.js';
import type { SecretProvider } from '../../secrets/provider.js';
import { createArtifactStore } from '../../store/artifacts/create-artifact-store.js';
import type { ObjectStore } from '../../store/port.js';
import type { AttemptDesk, AttemptWork } from './attempt/attempt-desk.js';
import { carriedOutcome, wholeTask } from './values/carried-values.js';
import { checkInputs } from './values/check-inputs.js';
import { checkResult, mostResultBytes } from './values/check-result.js';
import { openFolderCheckpoints } from './checkpoints/checkpoint-folder.js';
import { openCheckpoints } from './checkpoints/checkpoints.js';
import { type HeartbeatDetails, Heartbeats } from './attempt/heartbeats.js';
import { holdCores } from './devices/hold-cores.js';
import { type DeviceDesk, holdDevices, NO_DEVICES } from './devices/hold-devices.js';
import { itemLists } from './values/item-lists.js';
import { checkpointPrefix, producerOf, recordKey, seedOf } from './run-keys.js';
import { finiteMetric } from './values/finite-metric.js';
import { patientSurroundings } from './attempt/patience.js';
import { openControl, UNCONTROLLED } from './attempt/step-orders.js';
import { graceOf, leavingInTime, wasAbandoned } from './attempt/leave-in-time.js';
import { stepFailure } from './attempt/step-failure.js';
import { openStepLog } from './step-log.js';
import { secureTask } from './step-secrets.js';
import { isFirst, openCachedStep, recordedOutcome } from './step-caching.js';
import { openScratch } from './step-scratch.js';
import { ownBackground } from '../isolation/background-errors.js';

/** A heartbeat is no place for more. */
const LONGEST_NOTE = 300;

export type { StepWork };

/** For a process to end that was killed. */
const FORCE_MARGIN_MS = 5_000;

/** Where an attempt of a step runs: an activity of a worker, or this process. */
export interface StepSurroundings {
  readonly activityId: string;
  readonly attempt: number;
  /** Most attempts of the retry policy; absent: unknown. */
  readonly maximumAttempts?: number;
  readonly objects: ObjectStore;
  readonly temporal: TemporalDoor | null;
  readonly log: StepLog;
  /** Where values of secrets come from; default the folder, file and environment that the process names. */
  readonly secrets?: SecretProvider;
  readonly signal: AbortSignal;
  /** Null: nobody listens to heartbeats. */
  readonly heartbeatTimeoutMs: number | null;
  /** The last heartbeat of the attempt before. */
  readonly lastHeartbeat: HeartbeatDetails | null;
  readonly heartbeat: (details: HeartbeatDetails) => void;
  /** Absent: the queue has no devices to hand out. */
  readonly devices?: DeviceDesk;
  /** Absent: steps take as many cores as they like. */
  readonly cores?: DeviceDesk;
  /** How the operation is cached across runs; absent: not at all. */
  readonly caching?: StepCaching;
}

/**
 * The one way in which steps run. In order: puts what the run carried by reference in its place; checks that the input artifacts exist; returns the recorded outcome when an attempt of
 * this run had already finished, or that of another run with the same cache key; opens a scratch folder of this attempt alone; sends
 * heartbeats with progress and the last checkpoint; waits while another run computes the same, and for the devices and cores that it asks for; runs
 * the work; checks the result; records the outcome; gives the devices back; removes scratch and checkpoints;
 * gives of the result as much as the run takes into its history.
 *
 * @throws PipelineError `ARTIFACT_NOT_FOUND`, `EXECUTION_STEP_FAILED` (an error of the work's own), `EXECUTION_RESULT_NOT_JSON`,
 *   `EXECUTION_RESULT_TOO_LARGE`, `EXECUTION_METRIC_NOT_FINITE`, `SECRET_*`, or whatever coded error the work throws. When `signal` was aborted,
 *   throws its reason.
 */
export async function runStep(task: StepTask, work: AttemptWork, surroundings: StepSurroundings): Promise<StepOutcome> {
  const { heartbeat, heartbeatTimeoutMs, lastHeartbeat } = surroundings;
  const heartbeats = new Heartbeats(heartbeat, heartbeatTimeoutMs, lastHeartbeat);
  // Nobody hears of a local activity before its end: its workflow waits instead.
  const isPatient = heartbeatTimeoutMs !== null;
  const patient = isPatient ? patientSurroundings(surroundings, heartbeats) : surroundings;
  try {
    const artifacts = createArtifactStore(patient.objects, { producer: producerOf(task) });
    const whole = await wholeTask(task, artifacts);
    const outcome = await runWhole(whole, work, patient, { heartbeats, isPatient, impatient: surroundings.objects });
    return await carriedOutcome(outcome, whole, artifacts);
  } finally {
    heartbeats.stop();
  }
}

type Attempt = {
  readonly heartbeats: Heartbeats;
  readonly isPatient: boolean;
  /** The store for what may get lost while it is away. */
  readonly impatient: ObjectStore;
};

async function runWhole(
  task: StepTask,
  work: AttemptWork,
  surroundings: StepSurroundings,
  { heartbeats, isPatient, impatient }: Attempt,
): Promise<StepOutcome> {
  const { activityId, signal } = surroundings;
  const where = `step "${task.step}" of ${task.run.pipeline}`;
  const key = recordKey(task, activityId);
  const recorded = await recordedOutcome(task, surroundings, key);
  if (recorded !== null) return recorded;
  const cached = await openCachedStep(task, surroundings, key);
  if (cached.hit !== null) return cached.hit;
  const secured = await secureTask(task, surroundings.secrets, surroundings.objects, where);
  const { objects, redactor } = secured;
  const artifacts = createArtifactStore(objects, { producer: producerOf(task) });
  await checkInputs(task.inputs, artifacts, where);

  const scratch = openScratch({ ...task.run, activityId, attempt: surroundings.attempt });
  const checkpoints = openCheckpoints(
    objects,
    checkpointPrefix(task),
    surroundings.attempt,
    !isFirst(task, surroundings.attempt) || task.run.origin !== undefined,
  );
  const checkpoint = async (bytes: Uint8Array): Promise<void> => {
    heartbeats.checkpoint(await checkpoints.save(bytes));
  };
  const folders = openFolderCheckpoints(objects, checkpointPrefix(task), {
    save: checkpoint,
    newest: () => checkpoints.newest(),
    filed: () => {
      checkpoints.filed();
    },
  });
  const stored = openStepLog(task, { ...surroundings, objects: impatient }, redactor);
  const { remark } = stored;
  const metrics: { [name: string]: number } = {};
  let lease = NO_DEVICES;
  let cores = NO_DEVICES;
  let orders = UNCONTROLLED;
  let code: Promise<unknown> = Promise.resolve();
  const context: StepContext = {
    run: task.run,
    step: task.step,
    attempt: surroundings.attempt,
    parameters: task.parameters,
    log: stored.log,
    output: stored.output,
    secrets: secured.secrets,
    signal,
    get seed() {
      return seedOf(task);
    },
    get scratch() {
      return scratch.path();
    },
    get devices() {
      return lease.devices;
    },
    ...(task.resources === undefined ? {} : { resources: task.resources }),
    devicesAreLent: surroundings.devices !== undefined,
    get control() {
      return orders.control;
    },
    artifacts,
    temporal: surroundings.temporal,
    progress: (done, total, note) => {
      heartbeats.progress({ done, total, note: note === undefined ? null : redactor.text(note).slice(0, LONGEST_NOTE) });
    },
    checkpoint,
    restore: () => checkpoints.newest(),
    checkpointFolder: (path) => folders.save(path),
    restoreFolder: (path) => folders.restore(path),
    ...itemLists(artifacts, where),
    metric: (name, value) => {
      metrics[name] = finiteMetric(name, value, where);
    },
  };
  try {
    signal.throwIfAborted();
    const shared = await cached.claim(signal, heartbeats);
    if (shared !== null) return shared;
    lease = await holdDevices(task, surroundings.devices, signal, heartbeats);
    cores = await holdCores(task, surroundings.cores, signal, heartbeats);
    orders = await openControl(task, {
      objects,
      activityId,
      signal,
      heartbeats,
      remark,
      save: (bytes) => context.checkpoint(bytes),
    });
    const startedAt = performance.now();
    let marginMs = 0;
    const desk: AttemptDesk = {
      isPatient,
      mayRepeat: surroundings.maximumAttempts !== 1,
      scratch: { path: () => scratch.folder, made: scratch.made },
      endsByForce: () => {
        marginMs = FORCE_MARGIN_MS;
      },
      waits: (what) => {
        heartbeats.waits(what);
      },
      works: () => {
        heartbeats.works();
      },
      remark,
    };
    const working = ownBackground(where, () => {
      const running = work(secured.task, context, desk);
      code = running;
      return running;
    });
    const returned = await leavingInTime(working, signal, () => graceOf(task) + marginMs, remark);
    const result: JsonValue = redactor.json(checkResult(returned, where, mostResultBytes(task)));
    const outcome = { result, metrics: redactor.json(metrics), cached: false, seconds: (performance.now() - startedAt) / 1000 };
    const final = await cached.record(objects, outcome, orders.steered);
    await tidy('its checkpoints', () => checkpoints.clear(), remark);
    return final;
  } catch (error) {
    if (signal.aborted) throw wasAbandoned(error) ? error : signal.reason;
    const failure = boundError(redactError(isPipelineError(error) ? error : stepFailure(error, where), redactor));
    stored.failed(failure);
    throw failure;
  } finally {
    const giveBack = (): void => {
      lease.release();
      cores.release();
    };
    // Code that was given up may still use them.
    code.then(giveBack, giveBack);
    orders.close();
    await tidy('its lease of the cache', () => cached.release(), remark);
    await stored.close();
    await scratch.remove();
  }
}

/** The result of a step is recorded: what it leaves behind in the store is no reason to fail. */
async function tidy(what: string, work: () => Promise<void>, remark: (message: string) => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    remark(`${what} could not be removed from the store: ${reasonOf(error)}`);
  }
}
