import { definePipeline, param, scheduledTime } from 'perennial-ml';

/** Counts the flights of one day: every night for the day before, and on Mondays with more of them. */
export default definePipeline(
  'daily-count',
  {
    params: {
      from: param.date(),
      to: param.date(),
      most: param.integer({ min: 1, default: 10, description: 'at most so many flights' }),
    },
    schedules: {
      nightly: {
        cron: '0 3 * * *',
        timezone: 'Europe/Berlin',
        overlap: 'buffer-one',
        jitter: '2 minutes',
        description: 'The flights of the day before',
        params: { from: scheduledTime({ offset: '-1 day' }), to: scheduledTime() },
      },
      monthly: {
        calendar: { dayOfMonth: 1, hour: 4 },
        pauseOnFailure: true,
        params: {
          from: scheduledTime({ offset: '-1 month', startOf: 'month' }),
          to: scheduledTime({ startOf: 'month' }),
          most: 1000,
        },
      },
    },
  },
  (p) => {
    const counted = p.step('count', {
      run: (_inputs, { parameters, metric }) => {
        const { from, to, most } = parameters as { readonly from: string; readonly to: string; readonly most: number };
        const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
        const flights = Math.min(most, 3 * days);
        metric('flights', flights);
        return { from, flights };
      },
    });
    p.step('report', { inputs: { counted }, run: ({ counted: { from, flights } }) => `${from}: ${flights} flights` });
  },
);
