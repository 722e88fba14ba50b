import type { Condition } from '../plan/condition.js';
import type { JsonValue } from '../json.js';

/** Configuration of a loop, after parameters are put in. */
export type LoopConfig = {
  /** Id of the loop, which its pseudo results carry. */
  readonly id: string;
  /** Most rounds, 1..1,000. */
  readonly times: number;
  /** Asked after each round; the result of the round is `<id>.last`. Parameters stand in it as values. */
  readonly until: Condition;
  /** What the first round gets as the previous result; absent: the input `start`, else null. */
  readonly start?: JsonValue;
};

/** `met` false: the last of `times` rounds still did not meet the condition. `rounds` counts from 1. */
export type LoopResult<Result = JsonValue> = { readonly result: Result; readonly rounds: number; readonly met: boolean };

export const MAX_LOOP_ROUNDS = 1_000;
