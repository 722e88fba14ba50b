import { definePipeline, param } from 'perennial-ml';

/** Fits on made-up rows, asks a person, publishes. */
export default definePipeline('release', { params: { rows: param.integer({ min: 1, default: 100 }) } }, (p) => {
  const data = p.step('data', { run: (_inputs, { parameters }) => ({ rows: parameters.rows }) });
  const fitted = p.step('fit', { inputs: { data }, run: ({ data: { rows } }) => ({ loss: 1 / rows }) });
  const approved = p.approval('approve', { message: 'Release this fit?', expires: '2 days', inputs: { fitted } });
  p.step('publish', { inputs: { fitted, approved }, run: ({ fitted: { loss }, approved: { by } }) => ({ loss, by }) });
});
