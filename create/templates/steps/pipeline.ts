import { definePipeline, param } from 'perennial-ml';

/** Two steps of your own: what the first gives, the second gets, typed. Each runs again by itself when its worker dies. */
export default definePipeline('hello', { params: { name: param.string({ default: 'world' }) } }, (p) => {
  const greeting = p.step('greet', {
    run: async (_inputs, { parameters, log }) => {
      const text = `Hello, ${parameters.name}`;
      log.info('greeted', { text });
      return { text };
    },
  });
  p.step('count', { inputs: { greeting }, run: async ({ greeting }) => ({ letters: greeting.text.length }) });
});
