import { definePipeline } from 'perennial-ml';
import type { Ref } from 'perennial-ml';
import { mark } from '../bodies.js';

const STEPS = Number(process.env['BENCH_STEPS'] ?? '100');
const light = process.env['BENCH_LIGHT'] === '1';

/** Each step needs the result of the one before. */
export default definePipeline('bench-chain', (p) => {
  let last: Ref<number> = p.step('s0', {
    light,
    run: () => {
      mark('s0');
      return 0;
    },
  });
  for (let index = 1; index < STEPS; index += 1) {
    last = p.step(`s${index}`, {
      light,
      inputs: { before: last },
      run: ({ before }) => {
        mark(`s${index}`);
        return before + 1;
      },
    });
  }
});
