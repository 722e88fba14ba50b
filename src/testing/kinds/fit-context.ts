import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FitContext } from '../../training/trainer-kind.js';
import { UNCONTROLLED } from '../../worker/step/attempt/step-orders.js';

const ignore = (): void => undefined;

/** Lends a context that keeps checkpoints in memory and a scratch folder that is removed afterwards. */
export async function withFitContext<Result>(use: (context: FitContext) => Promise<Result>): Promise<Result> {
  const scratch = await mkdtemp(join(tmpdir(), 'perennial-contract-'));
  let checkpoint: Buffer | null = null;
  try {
    return await use({
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      signal: new AbortController().signal,
      scratch,
      devices: [],
      control: UNCONTROLLED.control,
      progress: ignore,
      metric: ignore,
      checkpoint: (bytes) => {
        checkpoint = Buffer.from(bytes);
        return Promise.resolve();
      },
      restore: () => Promise.resolve(checkpoint),
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
