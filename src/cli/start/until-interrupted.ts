import { EXIT } from '../exit-codes.js';
import { STOP_SIGNALS } from '../supervisor/stop-signals.js';
import { obeySupervisor } from '../supervisor/supervised.js';

type Listener = (signal: NodeJS.Signals) => void;

let listener: Listener | null = null;

/**
 * Must be called before anything else is loaded. From then on a command that has nothing to stop yet ends at once: as first process of a container
 * it would hear of no signal otherwise, for there the system has no way of its own with them.
 */
export function listenForInterruption(): void {
  const interrupt = (signal: NodeJS.Signals): void => {
    if (listener === null) process.exit(EXIT.interrupted);
    listener(signal);
  };
  let wasHeard = false;
  const isSupervised = obeySupervisor(({ stop, times }) => {
    // Ctrl-C reaches this process as well: the first time counts once, whichever way it comes.
    if (times === 1 && wasHeard) return;
    wasHeard = true;
    interrupt(stop);
  });
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (isSupervised && wasHeard) return;
      wasHeard = true;
      interrupt(signal);
    });
  }
}

/** Resolves at the first signal to stop, so that the command can stop what it started; the second one ends the process at once. */
export function untilInterrupted(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    listener = (signal) => {
      if (asked) process.exit(EXIT.interrupted);
      asked = true;
      resolve(signal);
    };
  });
}
