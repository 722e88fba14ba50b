import type { StepTask } from '../../contracts/run.js';
import { attemptLogPrefix } from '../../logs/log-keys.js';
import type { LogLevel } from '../../logs/log-line.js';
import { openLogWriter } from '../../logs/log-writer.js';
import type { StepContext, StepLog } from '../../pipeline/step-context.js';
import type { Redactor } from '../../secrets/redactor.js';
import type { ObjectStore } from '../../store/port.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import type { PipelineError } from '../../errors/pipeline-error.js';

/** The log of one attempt: stored for `perennial logs`, and passed on to the log of the worker; without the values of secrets. */
export interface StoredLog extends Pick<StepContext, 'log' | 'output'> {
  /** The reason why the attempt failed. */
  failed(error: PipelineError): void;
  /** A word of ours about the attempt. */
  readonly remark: (message: string) => void;
  close(): Promise<void>;
}

export function openStepLog(
  task: StepTask,
  place: { readonly activityId: string; readonly attempt: number; readonly objects: ObjectStore; readonly log: StepLog },
  redactor: Redactor,
): StoredLog {
  const { log, objects, activityId, attempt } = place;
  const { workflowId, runId } = task.run;
  const writer = openLogWriter(objects, attemptLogPrefix({ workflowId, runId, activityId, attempt }), (error) => {
    log.warn('a part of the log of a step could not be stored', { step: task.step, reason: reasonOf(error) });
  });
  const at =
    (level: LogLevel): StepLog['info'] =>
    (message, fields) => {
      const redacted = { message: redactor.text(message), ...(fields === undefined ? {} : { fields: redactor.json(fields) }) };
      log[level](redacted.message, redacted.fields);
      writer.write({ level, source: 'step', ...redacted });
    };
  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    output: (source, line) => {
      const message = redactor.text(line);
      writer.write({ level: 'info', source, message });
      return message;
    },
    failed: (error) => {
      writer.write({ level: 'error', source: 'runner', message: `${error.code}: ${error.message}` });
    },
    remark: (message) => {
      log.warn(message, { step: task.step });
      writer.write({ level: 'warn', source: 'runner', message });
    },
    close: () => writer.close(),
  };
}
