import { setTimeout as sleep } from 'node:timers/promises';
import { isFailedPrecondition } from '../failed-precondition.js';

const TRIES = 5;
const PAUSE_MS = 100;
/** Text of the server's error for a dropped update. */
const DROPPED = 'workflow task failure';

/**
 * Sends an update, and sends it again when the server dropped it. When an update ends the run while another message arrives, the server fails the
 * workflow task and drops the update, which has had no effect.
 */
export async function repeatedUpdate<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === TRIES || !isFailedPrecondition(error, DROPPED)) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}
