import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Connection } from '@temporalio/client';
import { cronTimes } from '../../../src/pipeline/schedule/cron.js';
import { connect } from '../../../src/temporal/connection.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';

const YEAR = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'] as const;
/** With daylight saving at other hours, of half an hour, at midnight, in the south, and none. */
const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'America/Havana', 'America/Santiago'],
  ...['Australia/Lord_Howe', 'Pacific/Auckland', 'Africa/Casablanca', 'UTC'],
];
/** At most 1,000 moments a year: the server tells no more. */
const CRONS = ['30 1,2 * * *', '*/20 0,2 * * sat,sun', '15 0,3 */2 * 1-5/2', '0 0 */2 * 1'];

describe('the moments of a back-fill by a schedule', () => {
  let server: TestServer;
  let connection: Connection;

  beforeAll(async () => {
    server = await startTestServer();
    connection = await connect({ address: server.address });
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  /** What the server itself says: after `from`, up to `to`. */
  async function matching(
    scheduleId: string,
    cron: string,
    timezone: string,
    [from, to]: typeof YEAR,
  ): Promise<readonly number[]> {
    const client = new Client({ connection });
    const action = { type: 'startWorkflow' as const, workflowType: 'none', taskQueue: 'none', workflowId: scheduleId };
    await client.schedule.create({ scheduleId, spec: { cronExpressions: [cron], timezone }, action, state: { paused: true } });
    const at = (time: string) => ({ seconds: Date.parse(time) / 1_000, nanos: 0 }) as never;
    const { startTime } = await connection.workflowService.listScheduleMatchingTimes({
      namespace: server.namespace,
      scheduleId,
      startTime: at(from),
      endTime: at(to),
    });
    return startTime.map(({ seconds }) => Number(seconds) * 1_000);
  }

  it('are those that Temporal gives, for whole years with their changes of the clock', async () => {
    const differing: string[] = [];
    await Promise.all(
      ZONES.flatMap((timezone, zone) =>
        CRONS.map(async (cron, index) => {
          const theirs = await matching(`cron-${zone}-${index}`, cron, timezone, YEAR);
          const [fromMs, toMs] = [Date.parse(YEAR[0]) + 1_000, Date.parse(YEAR[1]) + 1_000];
          const ours = cronTimes(cron, timezone, fromMs, toMs, 1_000);
          expect(ours.length).toBeGreaterThan(10);
          const [here, there] = [new Set(ours), new Set(theirs)];
          const off = [...theirs.filter((ms) => !here.has(ms)), ...ours.filter((ms) => !there.has(ms))];
          if (off.length > 0) differing.push(`${cron} ${timezone}: ${off.map((ms) => new Date(ms).toISOString()).join(' ')}`);
        }),
      ),
    );
    expect(differing).toEqual([]);
  }, 60_000);
});
