import type { RunStatus } from '../../contracts/run.js';
import type { LoggingActivity } from './last-log-lines.js';
import type { RunView } from './run-view.js';
import { changedSteps } from './step-lines.js';
import type { Terminal } from '../terminal.js';

/** One JSON object a line for each change: of a step, of the run, of the progress of an activity, and each remark. */
export function runEvents(terminal: Pick<Terminal, 'out'>, workflowId: string): RunView {
  let before: RunStatus | null = null;
  let remark = '';
  const told = new Map<string, string>();
  const emit = (event: string, more: object): void => {
    terminal.out(JSON.stringify({ at: new Date().toISOString(), event, workflowId, ...more }));
  };
  const tell = (entry: LoggingActivity): void => {
    // Processor and memory differ each time: they go along with a change and are none.
    const key = JSON.stringify({ ...entry, process: null });
    if (told.get(entry.activityId) === key) return;
    told.set(entry.activityId, key);
    emit('progress', { ...entry });
  };
  return {
    show: (_plan, status, progress) => {
      remark = '';
      for (const step of changedSteps(before, status)) emit('step', { step });
      if (before?.status !== status.status) emit('run', { status: status.status });
      before = status;
      for (const entry of progress) tell(entry);
    },
    note: (text) => {
      if (text !== remark) emit('note', { text });
      remark = text;
    },
  };
}
