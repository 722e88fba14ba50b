import { setTimeout as sleep } from 'node:timers/promises';
import { definePipeline } from 'perennial-ml';
import type { Ref, StepContext } from 'perennial-ml';
import { CRASH_PARTS, CRASH_PART_MS, CRASH_STEPS } from '../crash-shape.js';
import { mark } from '../bodies.js';

/** Steps that take a second each and write a checkpoint every tenth of it. */
export default definePipeline('bench-crash', (p) => {
  let last: Ref<number> = p.step('s1', { run: (_, context) => inParts('s1', context) });
  for (let index = 2; index <= CRASH_STEPS; index += 1) {
    last = p.step(`s${index}`, { inputs: { before: last }, run: (_, context) => inParts(`s${index}`, context) });
  }
});

async function inParts(label: string, context: StepContext): Promise<number> {
  const saved = await context.restore();
  const first = saved === null ? 0 : saved.readUInt8();
  mark(`${label}:${first}`);
  for (let part = first; part < CRASH_PARTS; part += 1) {
    await sleep(CRASH_PART_MS, undefined, { signal: context.signal });
    await context.checkpoint(Buffer.from([part + 1]));
    context.progress(part + 1, CRASH_PARTS);
  }
  return first;
}
