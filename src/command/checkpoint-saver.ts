import type { StepContext } from '../pipeline/step-context.js';
import { reasonOf } from '../errors/describe-thrown.js';

/** Saves a program's `checkpoint/` again and again while it runs. */
export interface CheckpointSaver {
  /** Now, after a save that is under way. */
  now(): Promise<void>;
  /** Once more, when the program has ended. */
  finish(): Promise<void>;
}

/** A save that fails is told in the log; the program goes on, and the next one may succeed. */
export function saveEvery(
  everyMs: number,
  folder: string,
  context: Pick<StepContext, 'checkpointFolder' | 'log'>,
): CheckpointSaver {
  let saving: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    try {
      await context.checkpointFolder(folder);
    } catch (error) {
      context.log.warn('the checkpoint could not be saved', { reason: reasonOf(error) });
    }
  };
  let busy = false;
  const now = (): Promise<void> => (saving = saving.then(save));
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void now().finally(() => {
      busy = false;
    });
  }, everyMs);
  return {
    now,
    finish: () => {
      clearInterval(timer);
      return now();
    },
  };
}
