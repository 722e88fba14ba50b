import { definePipeline, param } from 'perennial-ml';

/** A pipeline of its own: it can be started alone, and it can be called. What its builder returns is its result. */
export const greet = definePipeline(
  'greet',
  { params: { name: param.string(), times: param.integer({ min: 1, default: 1 }) } },
  (p) =>
    p.step('write', {
      run: (_inputs, { parameters }) => {
        const { name, times } = parameters as { readonly name: string; readonly times: number };
        return { text: Array.from({ length: times }, () => `Hello ${name}!`).join(' ') };
      },
    }),
);

/** Calls it twice: with values and parameters, and with the result of a step. */
export default definePipeline('welcome', { params: { name: param.string({ default: 'Ada' }) } }, (p) => {
  const once = p.call('once', greet, { params: { name: p.params.name } });
  const length = p.step('length', { inputs: { once }, run: (inputs) => inputs.once.text.split(' ').length });
  return p.call('again', greet, { params: { name: p.params.name, times: length } });
});
