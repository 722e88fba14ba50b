import type { RegistryLogEntry } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Draft } from '../store/log/append-log.js';
import { AppendLog } from '../store/log/append-log.js';
import type { ObjectStore } from '../store/port.js';
import { checkMove } from './check-move.js';
import type { LogState } from './log-state.js';
import { NO_ENTRIES, withEntry } from './log-state.js';

export type LogDraft = Draft<RegistryLogEntry>;

const MEMBERS = [
  'n',
  'at',
  'action',
  'version',
  'from',
  'alias',
  'by',
  'reason',
  'workflowId',
  'details',
  'previousHash',
] as const;

/** The append-only logs of models, at `models/<model>/log/`. Errors: REGISTRY_LOG_BROKEN. */
export class RegistryLog extends AppendLog<RegistryLogEntry, LogState> {
  constructor(objects: ObjectStore) {
    super(objects, {
      prefix: (model) => `models/${model}/log/`,
      checkpoints: (model) => `models/${model}/log-checkpoints/1/`,
      members: MEMBERS,
      fold: { start: NO_ENTRIES, add: withEntry },
      broken,
    });
  }

  /** Refuses a move of an alias that rests on nothing: REGISTRY_BASIS_REFUSED. */
  override append(model: string, decide: (state: LogState) => LogDraft | null): Promise<LogState> {
    return super.append(model, (state) => {
      const draft = decide(state);
      if (draft !== null) checkMove(model, state, draft);
      return draft;
    });
  }
}

function broken(model: string, key: string, what: string, detail: string | null, cause?: unknown): PipelineError {
  return new PipelineError('REGISTRY_LOG_BROKEN', {
    what: `${what}${detail === null ? '' : ` (${detail})`}`,
    where: `log entry ${key} of model ${model}`,
    details: { model, entry: key },
    cause,
  });
}
