import { definePipeline, param, range } from 'perennial-ml';
import { mark } from '../bodies.js';

/** As many no-op steps as asked for, then one that joins them. */
export default definePipeline('bench-fan-out', { params: { items: param.integer({ min: 1 }) } }, (p) => {
  const results = p.map('work', range(p.params.items), (item) =>
    p.step('item', {
      light: process.env['BENCH_LIGHT'] === '1',
      inputs: { item },
      run: ({ item: value }) => {
        mark('item');
        return value + 1;
      },
    }),
  );
  p.step('join', {
    inputs: { results },
    run: ({ results: { succeeded } }) => {
      mark('join');
      return succeeded;
    },
  });
});
