import { allHandlersFinished, patched, workflowInfo } from '@temporalio/workflow';
import type { LongestRun } from '../../src/contracts/limits/run-length.js';

const LONGEST: LongestRun = { signals: 1_000, events: 2_000 };

/** How long the history of a workflow without end has grown, and whether it may go on as a new run. */
export interface RunLength {
  /** Whether this run began under the bounds of today. */
  readonly bounded: boolean;
  /** Counts a signal. */
  signal(): void;
  /** Does what an update asks for; the run that was asked must be the one that answers. */
  answering<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Asked at the top of the loop, before any other command; if so, continue as new at once. Handlers of signals write into the state and end,
   * so nothing that came is lost with the state carried over, also when it was a signal that woke the loop.
   */
  mayContinue(): boolean;
  /** Whether a run under the bounds of today may continue: this alone is a reason to wake the loop. */
  isExceeded(): boolean;
}

/**
 * @param asBefore - when a run that began before them would have gone on as new: it does so again on replay, and else at the first occasion.
 * @param longest - 1,000 signals or 2,000 events when absent.
 */
export function createRunLength(asBefore: (signals: number) => boolean, longest: LongestRun = LONGEST): RunLength {
  const bounded = patched('bounded');
  let signals = 0;
  let answering = 0;
  const mayContinue = (): boolean => {
    if (!bounded) return (asBefore(signals) && allHandlersFinished()) || (answering === 0 && patched('bounded-next'));
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return answering === 0 && (signals >= longest.signals || historyLength >= longest.events || continueAsNewSuggested);
  };
  return {
    bounded,
    signal: () => {
      signals += 1;
    },
    answering: async (work) => {
      answering += 1;
      try {
        return await work();
      } finally {
        answering -= 1;
      }
    },
    mayContinue,
    isExceeded: () => bounded && mayContinue(),
  };
}
