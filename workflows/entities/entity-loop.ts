import { condition } from '@temporalio/workflow';
import type { RunLength } from './run-length.js';

/** Work, after which the entity looks again; or a wait until something moves, at the latest until `untilMs`, ms since 1970. */
export type Step = { readonly work: Promise<unknown> } | { readonly moved: () => boolean; readonly untilMs: number | null };

/** A workflow without end: its handlers write into its state, its steps work off what they wrote. */
export interface DurableEntity {
  readonly length: RunLength;
  /** Whether to continue as new before the next step; `length` says so when this is absent. */
  readonly mayContinue?: () => boolean;
  /** Continues as new with the state. */
  readonly carry: () => Promise<never>;
  /** Starts what must end before the next step is decided; null when nothing is due. */
  readonly due?: () => Promise<void> | null;
  /** Decides on the state as it is. It returns at once, so that no message comes between the decision and the wait. */
  readonly step: () => Step;
}

/**
 * Carries an entity on until it continues as new. Commands of messages come in the same microtasks as those of the loop: each `await` here is
 * part of their order, on which the replay of open runs depends.
 */
export async function runEntity({
  length,
  mayContinue = () => length.mayContinue(),
  carry,
  due,
  step,
}: DurableEntity): Promise<never> {
  for (;;) {
    if (mayContinue()) await carry();
    const first = due?.() ?? null;
    if (first !== null) await first;
    const next = step();
    if ('work' in next) {
      await next.work;
      continue;
    }
    // Messages that change nothing make the history longer anyway.
    const woken = (): boolean => next.moved() || length.isExceeded();
    await (next.untilMs === null ? condition(woken) : condition(woken, Math.max(1, next.untilMs - Date.now())));
  }
}
