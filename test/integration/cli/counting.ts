import { definePipeline, integer } from 'perennial';

/** Counts twice; fails when told to. */
export default definePipeline(
  'counting',
  { params: { upTo: integer({ min: 1, max: 9, default: 3 }), broken: integer({ default: 0 }) } },
  (p) => {
    const numbers = p.step('numbers', {
      retry: { maximumAttempts: 1 },
      run: (_, context) => {
        if (context.parameters['broken'] === 1) throw new Error('the abacus is broken');
        metric('upTo', Number(parameters['upTo']));
        return { count: Number(parameters['upTo']) };
      },
    });
    p.step('doubled', { inputs: { numbers }, run: ({ numbers: { count } }) => ({ count: 2 * count }) });
  },
);
