// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { definePipeline, notify, on, param } from '../../src/index.js';
import type { Pipeline } from '../../src/index.js';

const params = {
  from: param.date(),
  rows: param.integer({ default: 1 }),
  mode: param.oneOf(['full', 'quick'], { default: 'full' }),
  note: param.string({ default: '' }),
};
const build = (): null => null;

export const good: Pipeline<{ readonly from: string }> = definePipeline(
  'good',
  {
    params,
    hooks: {
      onSuccess: [notify.stdout()],
      onFailure: [
        notify.slack({ url: { $secret: 'SLACK_URL' } }),
        notify.webhook({ url: 'https://example.com', secret: { $secret: 'KEY' } }),
      ],
      onSlow: {
        after: '2 hours',
        notify: [notify.email({ server: 'smtp://mail', from: 'a@example.com', to: ['b@example.com'] })],
      },
    },
    triggers: [
      on.dataset('flights', {
        params: (change) => ({ from: change.from, rows: change.rows, mode: 'quick', note: change.dataset }),
      }),
      on.alias('flight-delay', 'champion', { params: (change) => ({ from: '2001-01-01', note: change.by }), overlap: 'queue' }),
    ],
  },
  build,
);

export const allDefaults = definePipeline(
  'all-defaults',
  { params: { rows: params.rows }, triggers: [on.dataset('flights')] },
  build,
);

// @ts-expect-error a parameter without a default is left out
definePipeline('bad', { params, triggers: [on.dataset('flights')] }, build);
// @ts-expect-error the instant is no date
definePipeline('bad', { params, triggers: [on.dataset('flights', { params: (change) => ({ from: change.fromTime }) })] }, build);
// @ts-expect-error a number for a date
definePipeline('bad', { params, triggers: [on.dataset('flights', { params: (change) => ({ from: change.rows }) })] }, build);
// @ts-expect-error any text for one of two
definePipeline('bad', { params, triggers: [on.dataset('x', { params: (c) => ({ from: c.from, mode: c.dataset }) })] }, build);
// @ts-expect-error a change of an alias has no rows
on.alias('flight-delay', 'champion', { params: (change) => ({ rows: change.rows }) });
// @ts-expect-error no such alias
on.alias('flight-delay', 'winner');
// @ts-expect-error no such overlap
on.dataset('flights', { overlap: 'skip' });
// @ts-expect-error no duration
definePipeline('bad', { params, hooks: { onSlow: { after: 'two hours', notify: [notify.stdout()] } } }, build);
// @ts-expect-error no such event
definePipeline('bad', { params, hooks: { onStart: [notify.stdout()] } }, build);
// @ts-expect-error the receivers are a list
notify.email({ server: 'smtp://mail', from: 'a@example.com', to: 'b@example.com' });
// @ts-expect-error a notifier is made by a function
definePipeline('bad', { params, hooks: { onSuccess: ['stdout'] } }, build);
