import type { BenchResult } from '../report.js';
import { measureCache } from './workloads/cache.js';
import { measureChain } from './workloads/chain.js';
import { measureCrash } from './workloads/crash.js';
import { measureFanOut } from './workloads/fan-out.js';
import { measurePayload } from './workloads/payload.js';
import { measureTrigger } from './workloads/trigger.js';
import { measureWaiting } from './workloads/waiting.js';

/** The workloads by id, in the order in which they run: one at a time, each on a server of its own. */
export const WORKLOADS: { readonly [id: string]: (repeats: number) => Promise<readonly BenchResult[]> } = {
  W1: measureTrigger,
  W2: measureChain,
  W3: measureFanOut,
  W4: measurePayload,
  W5: measureCrash,
  W6: measureCache,
  W7: measureWaiting,
};
