import type { GateConfig } from '../../../src/contracts/stages/gate.js';
import type { Cancellable } from '../../temporal/cancellable.js';

/** Starts the clocks of an approval; `cancel` stops those that have not struck. */
export function gateTimers(
  { expiresMs, escalate }: GateConfig,
  timer: (ms: number) => Cancellable<void>,
  strike: { readonly expire: () => void; readonly escalate: () => void },
): Cancellable<unknown> {
  const timers: Cancellable<void>[] = [];
  const after = (ms: number, then: () => void): void => {
    const started = timer(ms);
    timers.push(started);
    started.done.then(then, () => undefined);
  };
  if (typeof expiresMs === 'number') after(expiresMs, strike.expire);
  if (escalate !== undefined) after(escalate.afterMs, strike.escalate);
  return {
    done: Promise.allSettled(timers.map(({ done }) => done)),
    cancel: () => {
      for (const started of timers) started.cancel();
    },
  };
}
