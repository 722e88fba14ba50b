// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { defineConfig, definePipeline, param, scheduledTime } from '../../src/index.js';

const params = { from: param.date(), trees: param.integer({ default: 10 }) };
const step = (p: { step: (id: string, options: { run: () => null }) => unknown }): void => {
  p.step('only', { run: () => null });
};
const from = scheduledTime({ offset: '-1 day' });

export const good = definePipeline(
  'good',
  {
    params,
    schedules: {
      nightly: { cron: '0 3 * * *', timezone: 'Europe/Berlin', params: { from, trees: 5 } },
      often: { every: '6 hours', offset: '1 hour', overlap: 'buffer-one', catchUp: '1 day', params: { from: '2001-01-01' } },
      weekly: { calendar: { hour: 4, dayOfWeek: 'monday' }, pauseOnFailure: true, jitter: '5 minutes', params: { from } },
    },
  },
  step,
);

export const bare = definePipeline(
  'bare',
  { params: { trees: param.integer({ default: 1 }) }, schedules: { daily: { every: '1 day' } } },
  step,
);

// @ts-expect-error the required parameter is missing
definePipeline('missing', { params, schedules: { nightly: { cron: '0 3 * * *' } } }, step);
// @ts-expect-error an unknown parameter
definePipeline('unknown', { params, schedules: { nightly: { cron: '0 3 * * *', params: { from, tree: 5 } } } }, step);
// @ts-expect-error a number is not made of a time
definePipeline('number', { params, schedules: { nightly: { cron: '0 3 * * *', params: { from, trees: from } } } }, step);
// @ts-expect-error cron and interval at once
definePipeline('both', { params, schedules: { nightly: { cron: '0 3 * * *', every: '1 day', params: { from } } } }, step);
// @ts-expect-error no timing
definePipeline('none', { params, schedules: { nightly: { params: { from } } } }, step);
// @ts-expect-error an overlap policy that does not exist
definePipeline('overlap', { params, schedules: { nightly: { every: '1 day', overlap: 'queue', params: { from } } } }, step);
// @ts-expect-error an offset goes with an interval
definePipeline('offset', { params, schedules: { nightly: { cron: '0 3 * * *', offset: '1 hour', params: { from } } } }, step);
// @ts-expect-error a weekday that does not exist
definePipeline('weekday', { params, schedules: { nightly: { calendar: { dayOfWeek: 'mon' }, params: { from } } } }, step);
// @ts-expect-error a unit that does not exist
scheduledTime({ offset: '-1 fortnight' });
// @ts-expect-error a format that does not exist
scheduledTime({ format: 'epoch' });

export const config = defineConfig({ defaultProfile: 'dev', profiles: { dev: { store: 's' }, prod: { address: 'a:1' } } });
// @ts-expect-error the default is none of the profiles
defineConfig({ defaultProfile: 'live', profiles: { dev: {} } });
// @ts-expect-error a field that does not exist
defineConfig({ profiles: { dev: { adress: 'a:1' } } });
// @ts-expect-error the store is a text
defineConfig({ profiles: { dev: { store: 1 } } });
