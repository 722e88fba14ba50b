// Checked by `npm run typecheck`: every line under an expectation must not compile.
import {
  date,
  definePipeline,
  email,
  integer,
  onAlias,
  onDataset,
  oneOf,
  slack,
  stdout,
  string,
  webhook,
} from '../../src/index.js';
import type { Pipeline } from '../../src/index.js';

const params = {
  from: date(),
  rows: integer({ default: 1 }),
  mode: oneOf(['full', 'quick'], { default: 'full' }),
  note: string({ default: '' }),
};
const build = (): null => null;

export const good: Pipeline<{ readonly from: string }> = definePipeline(
  'good',
  {
    params,
    hooks: {
      onSuccess: [stdout()],
      onFailure: [slack({ url: { $secret: 'SLACK_URL' } }), webhook({ url: 'https://example.com', secret: { $secret: 'KEY' } })],
      onSlow: { after: '2 hours', notify: [email({ server: 'smtp://mail', from: 'a@example.com', to: ['b@example.com'] })] },
    },
    triggers: [
      onDataset('flights', {
        params: (change) => ({ from: change.from, rows: change.rows, mode: 'quick', note: change.dataset }),
      }),
      onAlias('flight-delay', 'champion', { params: (change) => ({ from: '2001-01-01', note: change.by }), overlap: 'queue' }),
    ],
  },
  build,
);

export const allDefaults = definePipeline(
  'all-defaults',
  { params: { rows: params.rows }, triggers: [onDataset('flights')] },
  build,
);

// @ts-expect-error a parameter without a default is left out
definePipeline('bad', { params, triggers: [onDataset('flights')] }, build);
// @ts-expect-error the instant is no date
definePipeline('bad', { params, triggers: [onDataset('flights', { params: (change) => ({ from: change.fromTime }) })] }, build);
// @ts-expect-error a number for a date
definePipeline('bad', { params, triggers: [onDataset('flights', { params: (change) => ({ from: change.rows }) })] }, build);
// @ts-expect-error any text for one of two
definePipeline('bad', { params, triggers: [onDataset('x', { params: (c) => ({ from: c.from, mode: c.dataset }) })] }, build);
// @ts-expect-error a change of an alias has no rows
onAlias('flight-delay', 'champion', { params: (change) => ({ rows: change.rows }) });
// @ts-expect-error no such alias
onAlias('flight-delay', 'winner');
// @ts-expect-error no such overlap
onDataset('flights', { overlap: 'skip' });
// @ts-expect-error no duration
definePipeline('bad', { params, hooks: { onSlow: { after: 'two hours', notify: [stdout()] } } }, build);
// @ts-expect-error no such event
definePipeline('bad', { params, hooks: { onStart: [stdout()] } }, build);
// @ts-expect-error the receivers are a list
email({ server: 'smtp://mail', from: 'a@example.com', to: 'b@example.com' });
// @ts-expect-error a notifier is made by a function
definePipeline('bad', { params, hooks: { onSuccess: ['stdout'] } }, build);
