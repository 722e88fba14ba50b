import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { definePipeline, param, scheduledTime } from 'perennial-ml';

/** Counts a day, slowly; the third of January fails as long as the file that `BROKEN` names is there. */
export default definePipeline(
  'days',
  {
    params: { from: param.date(), to: param.date(), ms: param.integer({ min: 0, default: 20 }) },
    schedules: { nightly: { cron: '0 3 * * *', params: { from: scheduledTime({ offset: '-1 day' }), to: scheduledTime() } } },
  },
  (p) => {
    p.step('count', {
      heartbeat: '2 seconds',
      run: async (_inputs, { parameters, signal }) => {
        const { from, to, ms } = parameters as { readonly from: string; readonly to: string; readonly ms: number };
        await sleep(ms, undefined, { signal });
        const broken = process.env['BROKEN'] ?? '';
        if (from === '2001-01-03' && (await fs.stat(broken).catch(() => null)) !== null) throw new Error('no data of this day');
        return { from, to };
      },
    });
  },
);
