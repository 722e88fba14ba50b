import { definePipeline, gt, lt, param } from 'perennial-ml';

/** Tries ever smaller steps until the error is small, publishes a good result and files a bad one, and always says how it went. */
export default definePipeline(
  'branching',
  { params: { wanted: param.number({ default: 0.1 }), rate: param.number({ default: 0.5 }) } },
  (p) => {
    const tuned = p.loop('tune', {
      times: 6,
      start: { error: 1 },
      body: (previous, round) =>
        p.step('try', {
          inputs: { previous, round },
          run: ({ previous: { error } }, { parameters }) => ({ error: error * parameters.rate }),
        }),
      until: (last) => lt(last.error, p.params.wanted),
    });

    const said = p.when(
      gt(tuned.result.error, p.params.wanted),
      () => p.step('file', { inputs: { tuned }, run: ({ tuned: { result } }) => `filed: the error is still ${result.error}` }),
      () =>
        p.step('publish', {
          inputs: { tuned },
          run: ({ tuned: { result, rounds } }) => `published ${result.error} after ${rounds}`,
        }),
    );
    p.step('report', { inputs: { said }, run: ({ said: text }) => text });
    p.finally('sign-off', {
      inputs: { said },
      run: ({ said: text, outcome }) => `${outcome.status}: ${text ?? 'nothing to say'}`,
    });
  },
);
