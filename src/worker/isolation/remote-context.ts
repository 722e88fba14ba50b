import { mkdirSync } from 'node:fs';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { StepContext, StepLog, TemporalDoor } from '../../pipeline/step-context.js';
import { guardObjects } from '../../secrets/guarded-objects.js';
import { createRedactor } from '../../secrets/redactor.js';
import { createArtifactStore } from '../../store/artifacts/create-artifact-store.js';
import type { ObjectStore } from '../../store/port.js';
import { finiteMetric } from '../step/values/finite-metric.js';
import { itemLists } from '../step/values/item-lists.js';
import { Patience, patientObjects } from '../step/attempt/patience.js';
import { producerOf, seedOf } from '../step/run-keys.js';
import type { RunMessage, WorkerLine } from './messages.js';
import { RemoteControl } from './remote-control.js';

/** The context of a step in a process of its own: reads and writes artifacts by itself, and asks the worker for the rest. */
export function remoteContext(
  message: RunMessage,
  objects: ObjectStore,
  signal: AbortSignal,
  line: WorkerLine,
): { readonly context: StepContext; readonly control: RemoteControl } {
  const { task, secrets } = message;
  const where = `step "${task.step}" of ${task.run.pipeline}`;
  const redactor = createRedactor(new Map(Object.entries(secrets)));
  const patience = new Patience(signal, {
    waits: (what) => {
      line.say({ kind: 'waits', for: what });
    },
    works: () => {
      line.say({ kind: 'works' });
    },
  });
  const patient = message.isPatient ? patientObjects(objects, patience) : objects;
  const guarded = redactor.longest === 0 ? patient : guardObjects(patient, redactor);
  const artifacts = createArtifactStore(guarded, { producer: producerOf(task) });
  const control = new RemoteControl(message.orders, line, signal);
  let scratchIsMade = false;
  const context: StepContext = {
    run: task.run,
    step: task.step,
    attempt: message.attempt,
    parameters: task.parameters,
    log: logOver(line),
    output: (source, text) => {
      line.say({ kind: 'output', source, line: text });
      return redactor.text(text);
    },
    secrets,
    signal,
    get seed() {
      return seedOf(task);
    },
    get scratch() {
      if (!scratchIsMade) {
        mkdirSync(message.scratch, { recursive: true });
        line.say({ kind: 'scratch' });
        scratchIsMade = true;
      }
      return message.scratch;
    },
    ...(task.resources === undefined ? {} : { resources: task.resources }),
    devices: message.devices,
    devicesAreLent: message.devicesAreLent,
    control,
    artifacts,
    temporal: temporalOver(line),
    progress: (done, total, note) => {
      line.say({ kind: 'progress', done, total, ...(note === undefined ? {} : { note }) });
    },
    checkpoint: async (bytes) => {
      await line.ask({ kind: 'checkpoint', bytes });
    },
    restore: async () => bufferOf(await line.ask({ kind: 'restore' })),
    checkpointFolder: async (path) => (await line.ask({ kind: 'checkpointFolder', path })) === true,
    restoreFolder: async (path) => (await line.ask({ kind: 'restoreFolder', path })) === true,
    ...itemLists(artifacts, where),
    metric: (name, value) => {
      line.say({ kind: 'metric', name, value: finiteMetric(name, value, where) });
    },
  };
  return { context, control };
}

function logOver(line: WorkerLine): StepLog {
  const at =
    (level: keyof StepLog): StepLog['info'] =>
    (message, fields) => {
      line.say({ kind: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function temporalOver(line: WorkerLine): TemporalDoor {
  const method =
    (name: keyof TemporalDoor) =>
    async (...given: unknown[]): Promise<void> => {
      await line.ask({ kind: 'temporal', method: name, given });
    };
  return {
    signalTraining: method('signalTraining'),
    setTrainingPolicy: method('setTrainingPolicy'),
    signalChange: method('signalChange'),
    ensureSchedule: method('ensureSchedule'),
  };
}

function bufferOf(value: unknown): Buffer | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new PipelineError('EXECUTION_STEP_FAILED', { what: 'the worker sent a checkpoint that is not bytes' });
}
