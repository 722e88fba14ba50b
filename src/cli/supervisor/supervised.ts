/** Set for the process that a supervisor has started, and taken away at once: what that starts itself is not supervised. */
export const SUPERVISED_VARIABLE = 'PERENNIAL_SUPERVISED';

/** The supervisor was asked to stop, for the n-th time. */
export type StopOrder = { readonly stop: NodeJS.Signals; readonly times: number };

/** `ready`: from now on the command comes back when its process crashes. `over`: the process ends because the command does. */
export type SupervisedWord = 'ready' | 'over';

let isSupervised = false;

/**
 * Obeys the supervisor that has started this process, if one has: `stop` hears of its orders, and when it is gone this process ends at once, as if
 * it had been killed itself.
 * @returns whether there is one.
 */
export function obeySupervisor(stop: (order: StopOrder) => void): boolean {
  isSupervised = process.env[SUPERVISED_VARIABLE] !== undefined && process.send !== undefined;
  Reflect.deleteProperty(process.env, SUPERVISED_VARIABLE);
  if (!isSupervised) return false;
  const die = (): void => {
    process.kill(process.pid, 'SIGKILL');
  };
  process.on('disconnect', die);
  process.on('message', (message) => {
    stop(message as StopOrder);
  });
  process.channel?.unref();
  // It may have gone before anybody listened.
  if (!process.connected) die();
  return true;
}

/** Resolves when the supervisor can read it; at once without one. */
export function tellSupervisor(word: SupervisedWord): Promise<void> {
  return new Promise((resolve) => {
    if (!isSupervised || process.send === undefined) resolve();
    else
      process.send(word, undefined, undefined, () => {
        resolve();
      });
  });
}
