import { setTimeout as sleep } from 'node:timers/promises';

/** A machine under load may need many times what an idle one needs; shorter than the time limits of tests, so that the message is this one. */
const LIMIT_MS = 100_000;

/** Looks again and again until what it sees fits, and gives that. Fails with the last that it saw. */
export async function eventually<Seen>(
  look: () => Promise<Seen> | Seen,
  fits: (seen: Seen) => boolean,
  everyMs = 50,
): Promise<Seen> {
  for (const end = Date.now() + LIMIT_MS; ;) {
    const seen = await look();
    if (fits(seen)) return seen;
    if (Date.now() > end) throw new Error(`it never came to be: ${JSON.stringify(seen).slice(0, 2_000)}`);
    await sleep(everyMs);
  }
}
