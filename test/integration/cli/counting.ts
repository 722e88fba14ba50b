import { definePipeline, param } from 'perennial-ml';

const params = { upTo: param.integer({ min: 1, max: 9, default: 3 }), broken: param.integer({ default: 0 }) };

/** Counts twice; fails when told to. */
export default definePipeline('counting', { params }, (p) => {
  const numbers = p.step('numbers', {
    retry: { maximumAttempts: 1 },
    run: (_, context) => {
      if (context.parameters['broken'] === 1) throw new Error('the abacus is broken');
      const count = context.parameters['upTo'];
      context.metric('upTo', count);
      return { count };
    },
  });
  p.step('doubled', { inputs: { numbers }, run: ({ numbers: { count } }) => ({ count: 2 * count }) });
});
