import { setTimeout as sleep } from 'node:timers/promises';
import { isFailedPrecondition } from './failed-precondition.js';

const TRIES = 5;
const PAUSE_MS = 100;
/** What the server says of an update that it threw away. */
const DROPPED = 'workflow task failure';

/**
 * Sends an update, and sends it again when it was dropped: a run that an update brings to its end must first look at whatever came in at the
 * same moment, and the server then throws the update away without having carried it out.
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
