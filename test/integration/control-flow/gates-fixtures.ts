import { definePipeline, eq, param } from '../../../src/index.js';

/** One gate with every rule that people must meet. */
export const twoPeople = definePipeline('two-people', { params: {} }, (p) => {
  const release = p.approval('release', { message: 'ship it?', approvers: ['Ada', 'Bob', 'Cy'], quorum: 2, fourEyes: true });
  p.step('ship', { inputs: { release }, run: ({ release: { by, decisions } }) => ({ by, approvals: decisions?.length ?? 0 }) });
});

/** What nobody answers: three ways to go on. */
export const unanswered = definePipeline('unanswered', { params: { then: param.oneOf(['fail', 'reject', 'approve']) } }, (p) => {
  for (const onExpiry of ['fail', 'reject', 'approve'] as const) {
    p.when(eq(p.params.then, onExpiry), () => {
      p.approval(`to-${onExpiry}`, { message: 'anybody there?', expires: '300 milliseconds', onExpiry });
    });
  }
});

/** Eve may answer only once Ada has left it alone for a while. */
export const escalating = definePipeline('escalating', { params: {} }, (p) => {
  const release = p.approval('release', {
    message: 'ship it?',
    approvers: ['ada'],
    escalate: { after: '300 milliseconds', to: ['eve'] },
  });
  p.step('ship', { inputs: { release }, run: ({ release: { by } }) => by });
});

/** Each round of the loop asks. */
export const asking = definePipeline('asking', { params: {} }, (p) => {
  p.loop('rounds', {
    times: 3,
    body: (_, iteration) => {
      const review = p.approval('review', { message: 'good enough?' });
      return p.step('read', {
        inputs: { review, iteration },
        run: ({ review: { reason }, iteration: round }) => ({ reason, round }),
      });
    },
    until: (last) => eq(last.reason, 'enough'),
  });
});
