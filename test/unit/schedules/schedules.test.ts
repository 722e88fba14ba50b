import { describe, expect, it } from '@jest/globals';
import { definePipeline, isPipelineError, param, scheduledTime } from '../../../src/index.js';
import type { PipelineIssue, ScheduleOptions } from '../../../src/index.js';
import type { ScheduleSpec } from '../../../src/contracts/plan/schedule.js';
import { cronFields, cronProblem, cronTimes } from '../../../src/pipeline/schedule/cron.js';
import { resolveScheduledTimes } from '../../../src/pipeline/schedule/scheduled-time.js';

const params = { from: param.date(), note: param.string({ default: '' }), trees: param.integer({ min: 1, default: 100 }) };
type Options = ScheduleOptions<typeof params>;

const declare = (schedules: { readonly [name: string]: Options }) =>
  definePipeline('nightly-model', { params, schedules }, (p) => {
    p.step('only', { run: () => null });
  });
const declared = (options: Options): ScheduleSpec => declare({ nightly: options }).schedules![0]!;
const issues = (schedules: { readonly [name: string]: Options }): readonly PipelineIssue[] => {
  try {
    declare(schedules);
    return [];
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    return (error.details as unknown as { issues: PipelineIssue[] }).issues;
  }
};
const from = scheduledTime({ offset: '-1 day' });

describe('a schedule', () => {
  it('is kept beside the plan, whose hash it does not change', () => {
    const without = declare({});
    const pipeline = declare({ nightly: { cron: '0 3 * * *', params: { from } } });
    expect(pipeline.plan.hash).toBe(without.plan.hash);
    expect(pipeline.schedules).toEqual([
      {
        name: 'nightly',
        timing: { cron: '0 3 * * *' },
        timezone: 'UTC',
        jitterMs: 0,
        overlap: 'skip',
        catchUpMs: 21_600_000,
        pauseOnFailure: false,
        description: null,
        parameters: { from: { $scheduledTime: { offset: '-1 day', format: 'date', timezone: 'UTC' } } },
      },
    ]);
  });

  it('comes by cron, by interval or by the calendar', () => {
    expect(declared({ every: '6 hours', offset: '10 minutes', params: { from } }).timing).toEqual({
      everyMs: 21_600_000,
      offsetMs: 600_000,
    });
    const calendar = { hour: [3, 15], minute: 30, dayOfWeek: ['monday', 'friday'], month: 6 } as const;
    expect(declared({ calendar, params: { from } }).timing).toEqual({ cron: '30 3,15 * 6 1,5' });
    expect(declared({ calendar: { dayOfMonth: 1 }, params: { from } }).timing).toEqual({ cron: '0 0 1 * *' });
  });

  it('gives its time zone to the times that name none', () => {
    const { parameters } = declared({
      cron: '0 3 * * *',
      timezone: 'Europe/Berlin',
      params: { from, note: scheduledTime({ timezone: 'UTC', format: 'date-time' }) },
    });
    expect(parameters).toMatchObject({
      from: { $scheduledTime: { timezone: 'Europe/Berlin' } },
      note: { $scheduledTime: { timezone: 'UTC' } },
    });
  });

  it('is linted as a whole, all problems at once', () => {
    const found = issues({
      Bad: { cron: '0 3 * *', params: { from } },
      zone: { cron: '0 3 * * *', timezone: 'Mars/Olympus', overlap: 'never' as 'skip', params: { from } },
      both: { cron: '0 3 1 * 1', params: { from: '2001-02-31' } },
      fast: { every: '500 milliseconds', catchUp: '1 second', params: { from, trees: 0 } },
      offset: { every: '1 hour', offset: '2 hours', params: { from: scheduledTime({ offset: '-1.5 days' }) } },
      never: { calendar: { dayOfMonth: 31, month: 2 }, params: { from } },
    });
    expect(found.map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'name schedules.Bad',
      'cron schedules.Bad.cron',
      'time-zone schedules.zone.timezone',
      'schedule schedules.zone.overlap',
      'schedule schedules.zone.params.from',
      'cron schedules.both.cron',
      'schedule-parameters schedules.both.params.from',
      'schedule schedules.fast.catchUp',
      'schedule schedules.fast.every',
      'schedule-parameters schedules.fast.params.trees',
      'schedule schedules.offset.offset',
      'schedule schedules.offset.params.from',
      'cron schedules.never.calendar',
    ]);
  });
});

describe('the scheduled time', () => {
  const at = Date.parse('2001-03-26T00:30:00+02:00');
  const resolve = (marker: ReturnType<typeof scheduledTime>, timezone = 'Europe/Berlin'): unknown =>
    resolveScheduledTimes({ value: { $scheduledTime: { ...marker.$scheduledTime, timezone } }, other: 1 }, at);

  it('is counted on the calendar of the zone, also after the night that lost an hour', () => {
    expect(resolve(scheduledTime({ offset: '-1 day' }))).toEqual({ value: '2001-03-25', other: 1 });
    expect(resolve(scheduledTime({ offset: '-24 hours' }))).toEqual({ value: '2001-03-24', other: 1 });
    expect(resolve(scheduledTime())).toEqual({ value: '2001-03-26', other: 1 });
    expect(resolve(scheduledTime(), 'UTC')).toEqual({ value: '2001-03-25', other: 1 });
    expect(resolve(scheduledTime({ offset: '-1 month', startOf: 'month', format: 'date-time' }))).toEqual({
      value: '2001-01-31T23:00:00.000Z',
      other: 1,
    });
  });

  it('that cannot be read is refused with every reason', () => {
    expect(() => resolveScheduledTimes({ from: { $scheduledTime: { offset: 'soon', format: 'year' } } }, at)).toThrow(
      /from: offset[^]*from: format[^]*from: timezone/,
    );
    expect(resolveScheduledTimes('text', at)).toBe('text');
  });
});

describe('a cron expression', () => {
  it('gives its fields and its times', () => {
    expect(cronFields('*/20 3 * jan,jul 7')).toEqual({
      minute: [0, 20, 40],
      hour: [3],
      dayOfMonth: Array.from({ length: 31 }, (_, day) => day + 1),
      month: [1, 7],
      dayOfWeek: [0],
    });
    const times = cronTimes('0 3 * * *', 'Europe/Berlin', Date.parse('2001-03-24T02:00Z'), Date.parse('2001-03-27T01:00Z'), 10);
    expect(times.map((ms) => new Date(ms).toISOString())).toEqual([
      '2001-03-24T02:00:00.000Z',
      '2001-03-25T01:00:00.000Z',
      '2001-03-26T01:00:00.000Z',
    ]);
    expect(cronTimes('0 * * * *', 'UTC', 0, 86_400_000, 3)).toHaveLength(3);
  });

  it('is refused when schedulers read it in different ways', () => {
    for (const wrong of ['0 3 L * *', '0 3 * * 1#2', '@daily', '61 * * * *', '0 0 3 * * *', '0 3 1 * mon'])
      expect(cronProblem(wrong, 'UTC')).not.toBeNull();
    for (const right of ['0 3 * * *', '*/5 0-6,12 * * mon-fri', '0 0 1 */2 *']) expect(cronProblem(right, 'UTC')).toBeNull();
  });
});
