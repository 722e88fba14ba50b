import {
  definePipeline,
  gt,
  type JsonObject,
  lt,
  param,
  type Pipeline,
  PipelineError,
  range,
  type Reference,
} from '../../../src/index.js';

/** What a step may return at most is 32 KiB. */
const LONG = 31_000;

type Large = { readonly n: number; readonly body: { readonly score: number; readonly text: string } };
const large = (n: number, score = 0): Large => ({ n, body: { score, text: `${n}`.padEnd(LONG, '.') } });

const givesMany = definePipeline('gives-many', { params: {} }, (p) => {
  const pages = Array.from({ length: 80 }, (_, n) => p.step(`page-${n}`, { run: () => large(n) }));
  const [first, ...others] = pages as [Reference<Large>, ...Reference<Large>[]];
  return p.join('pages', [first, ...others], { mode: 'all' });
});

/** As many steps as told with as large results as may be, one step that takes them all, and all that a run decides by results of such a size. */
export function wide(name: string, count: number): Pipeline {
  return definePipeline(name, { params: {} }, (p) => {
    const many = Array.from({ length: count }, (_, n) => p.step(`large-${n}`, { run: () => large(n, n) }));
    const sum = p.step('sum', {
      inputs: Object.fromEntries(many.map((one, n) => [`i${n}`, one])),
      run: (inputs) => {
        const all = Object.values(inputs);
        return { steps: all.length, bytes: all.reduce((total, { body }) => total + body.text.length, 0) };
      },
    });
    const last = p.step('last', { after: [sum], run: () => large(count, 0.75) });
    const { met, otherwise } = p.when(
      gt(last.body.score, 0.7),
      () => ({ good: p.step('good', { inputs: { score: last.body.score, last }, run: ({ score, last: { n } }) => [n, score] }) }),
      () => ({ bad: p.step('bad', { run: () => 'bad' }) }),
    );
    p.join('verdict', [met.good, otherwise.bad], { mode: 'first' });
    const halved = p.loop('halve', {
      times: 9,
      start: last,
      body: (previous) => p.step('half', { inputs: { previous }, run: ({ previous: { n, body } }) => large(n, body.score / 2) }),
      until: (round) => lt(round.body.score, 0.1),
    });
    p.step('rounds', {
      inputs: { rounds: halved.rounds, result: halved.result },
      run: ({ rounds, result }) => [rounds, result.body.score, result.body.text.length],
    });
    const mapped = p.map('each', range(40), (item) =>
      p.step('one', { after: [], inputs: { item, last }, run: ({ item: n, last: { body } }) => large(n, body.text.length) }),
    );
    p.step('mapped', {
      inputs: { mapped },
      run: async ({ mapped: results }, context) => {
        const scores: number[] = [];
        for await (const one of context.items(results)) scores.push(one?.body.score ?? 0);
        return { items: scores.length, scores: [...new Set(scores)] };
      },
    });
    const called = p.call('called', givesMany, {});
    return p.step('pages-called', {
      inputs: { called },
      run: ({ called: pages }) => ({
        pages: pages.length,
        bytes: pages.reduce((total, { body }) => total + body.text.length, 0),
      }),
    });
  });
}

/** What the small steps of `wide` give, whatever has been carried how. */
export const wideResults = (count: number): JsonObject => ({
  sum: { steps: count, bytes: count * LONG },
  verdict: [count, 0.75],
  rounds: [3, 0.75 / 8, LONG],
  mapped: { items: 40, scores: [LONG] },
  'pages-called': { pages: 80, bytes: 80 * LONG },
});

export { givesMany };

const loudText = `the head ${'x'.repeat(10_000_000)} the tail`;

export const LOUD_STEPS = 40;

/** Errors of 10 MB: one that must not be tried again, one that may be twice, and many steps that fail with much to say. */
export const loud = definePipeline('loud', { params: { note: param.string({ default: '' }) } }, (p) => {
  const fails = (error: () => Error) => (): never => {
    throw error();
  };
  p.step('own', { onFailure: 'continue', run: fails(() => new Error(loudText, { cause: new Error(loudText) })) });
  p.step('network', {
    onFailure: 'continue',
    retry: { maximumAttempts: 3, initialInterval: '10 milliseconds' },
    run: fails(() => new PipelineError('STORE_UNREACHABLE', { what: loudText, details: { loudText } })),
  });
  for (let n = 0; n < LOUD_STEPS; n++) {
    p.step(`many-${n}`, { onFailure: 'continue', run: fails(() => new Error(`${n} `.repeat(50_000))) });
  }
  p.finally('tidy', { run: ({ outcome }) => outcome.failures.length });
});
