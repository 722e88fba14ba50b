import { definePipeline, param } from 'perennial-ml';

/** A tiny fit by gradient descent: minimises (x - target)^2, `rounds` steps at a time. */
export default definePipeline(
  'descent',
  { params: { target: param.number({ default: 3 }), rounds: param.integer({ min: 1, default: 5 }) } },
  (p) => {
    const start = p.step('start', { run: () => ({ x: 0 }) });
    const fitted = p.step('fit', {
      inputs: { from: start },
      run: ({ from }, context) => {
        const { parameters } = context;
        const target = parameters.target;
        let { x } = from;
        for (let round = 0; round < parameters.rounds; round++) x -= 0.2 * (x - target);
        const loss = (x - target) ** 2;
        context.metric('loss', loss);
        return { x, loss };
      },
    });
    const approved = p.approval('release', { message: 'Release this fit?', inputs: { fitted }, expires: '1 day' });
    p.step('publish', { inputs: { fitted, approved }, run: ({ fitted: { x }, approved: { by } }) => ({ x, by }) });
  },
);
