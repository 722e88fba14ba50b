import { definePipeline, param, range } from 'perennial-ml';

/** Estimates pi: many independent samples at once, then one step that reads all of them in order. */
export default definePipeline('estimate-pi', { params: { samples: param.integer({ min: 1, default: 12 }) } }, (p) => {
  const hits = p.map(
    'sample',
    range(p.params.samples),
    (seed) =>
      p.step('throw-darts', {
        inputs: { seed },
        run: ({ seed: start }) => {
          let state = start + 1;
          const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
          let inside = 0;
          for (let dart = 0; dart < 10_000; dart++) if (Math.hypot(next(), next()) < 1) inside += 1;
          return inside;
        },
      }),
    { concurrency: 50, minSuccess: 0.9 },
  );
  return p.step('average', {
    inputs: { hits },
    run: async (inputs, context) => {
      let inside = 0;
      for await (const count of context.items(inputs.hits)) inside += count ?? 0;
      const pi = (4 * inside) / (inputs.hits.succeeded * 10_000);
      context.metric('pi', pi);
      return { pi, samples: inputs.hits.succeeded };
    },
  });
});
