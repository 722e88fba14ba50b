import { EXIT } from './exit-codes.js';

type Listener = (signal: NodeJS.Signals) => void;

let listener: Listener | null = null;

/**
 * Must be called before anything else is loaded. From then on a command that has nothing to stop yet ends at once: as first process of a container
 * it would hear of no signal otherwise, for there the system has no way of its own with them.
 */
export function listenForInterruption(): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (listener === null) process.exit(EXIT.interrupted);
    listener(signal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

/** Resolves at the first SIGINT or SIGTERM, so that the command can stop what it started; the second one ends the process at once. */
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
