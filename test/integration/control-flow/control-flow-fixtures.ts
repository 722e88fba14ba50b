import { and, definePipeline, eq, gt, gte, lt, not, param, type Pipeline, type StepContext } from '../../../src/index.js';

/** Branches by a recorded score, joined again; a nested branch by a parameter; a step that needs a skipped one. */
export const branching = definePipeline(
  'branching',
  { params: { score: param.number(), mode: param.oneOf(['fast', 'full'], { default: 'fast' }) } },
  (p) => {
    const measure = p.step('measure', { run: (_, { parameters }) => ({ metrics: { auc: parameters['score'] } }) });
    const { met, otherwise } = p.when(
      gt(measure.metrics.auc, 0.7),
      () => {
        const publish = p.step('publish', { inputs: { measure }, run: ({ measure: { metrics } }) => `published ${metrics.auc}` });
        const extra = p.when(and(eq(p.params.mode, 'full'), not(lt(measure.metrics.auc, 0.8))), () =>
          p.step('extra', { inputs: { auc: measure.metrics.auc }, run: ({ auc }) => auc * 2 }),
        );
        return { publish, extra: extra.met };
      },
      () => p.step('reject', { run: () => 'rejected' }),
    );
    const word = p.join('word', [met.publish, otherwise], { mode: 'first' });
    const pair = p.join('pair', [met.extra, otherwise, met.publish], { mode: 'any' });
    p.step('report', {
      inputs: { word, pair },
      run: ({ word: said, pair: [extra, rejected, published] }) => ({ said, extra, rejected, published }),
    });
    p.finally('tidy', {
      inputs: { extra: met.extra, otherwise },
      run: ({ extra, otherwise: rejected, outcome }) => ({ extra, rejected, outcome }),
    });
  },
);

/** Halves a number until it is small enough, or the rounds are used up. */
export const halving = definePipeline(
  'halving',
  { params: { from: param.number(), rounds: param.integer({ min: 1, default: 5 }), enough: param.number({ default: 2 }) } },
  (p) => {
    const first = p.step('first', { run: (_, { parameters }) => ({ value: parameters['from'], seeds: [0] }) });
    const halved = p.loop('halve', {
      times: p.params.rounds,
      start: first,
      body: (previous, iteration) => {
        const half = p.step('half', {
          inputs: { previous, iteration },
          run: ({ previous: { value, seeds }, iteration: round }, { seed }) => ({
            value: value / 2,
            seeds: [...seeds, seed],
            round,
          }),
        });
        return p.step('keep', { inputs: { half, first }, run: ({ half: { value, seeds } }) => ({ value, seeds }) });
      },
      until: (last) => lt(last.value, p.params.enough),
    });
    const big = p.when(gte(halved.rounds, 3), () => p.step('long', { inputs: { halved }, run: ({ halved: { met } }) => met }));
    p.join('end', [big.met], { mode: 'any' });
  },
);

type Fate = 'well' | 'badly' | 'hangs';

/** A step of a given fate, and clean-up that says how the run ended. */
export function cleaning(name: string, tidy: (context: StepContext) => Promise<string> | string): Pipeline<{ fate: Fate }> {
  return definePipeline(name, { params: { fate: param.oneOf(['well', 'badly', 'hangs']) } }, (p) => {
    const work = p.step('work', {
      retry: { maximumAttempts: 1 },
      run: async (_, { parameters, signal }) => {
        if (parameters['fate'] === 'badly') throw new Error('it broke');
        if (parameters['fate'] === 'hangs')
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('stopped'));
            });
          });
        return 'worked';
      },
    });
    p.finally('tidy', {
      inputs: { work },
      run: async ({ work: worked, outcome }, context) => ({ worked, outcome, said: await tidy(context) }),
    });
  });
}
