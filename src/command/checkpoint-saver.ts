import type { StepContext } from '../pipeline/step-context.js';

/** Saves a program's `checkpoint/` again and again while it runs. */
export interface CheckpointSaver {
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
      context.log.warn('the checkpoint could not be saved', { reason: error instanceof Error ? error.message : String(error) });
    }
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    saving = save().finally(() => {
      busy = false;
    });
  }, everyMs);
  return {
    finish: async () => {
      clearInterval(timer);
      await saving;
      await save();
    },
  };
}
