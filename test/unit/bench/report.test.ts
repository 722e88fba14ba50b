import fs from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { bestOf, type PeerRow, withPeer } from '../../../bench/orchestration/peers.js';
import { measured } from '../../../bench/report.js';
import { temporaryFolder } from '../../integration/execution-fixtures.js';

describe('figures of the benchmark', () => {
  test('a median is the middle value, or the mean of the two in the middle', () => {
    expect(measured([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, n: 3 });
    expect(measured([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4, n: 4 });
    expect(measured([1 / 3])).toEqual({ median: 0.3333, min: 0.3333, max: 0.3333, n: 1 });
  });

  const row = (workload: string, metric: string, mode: string, values: readonly number[]): PeerRow => ({
    workload,
    metric,
    mode,
    values,
  });

  test("the peer's best mode is taken, in our unit", () => {
    const rows = [
      row('W1', 'trigger -> first step body', 'poll 10 s', [8, 9, 10]),
      row('W1', 'trigger -> first step body', 'poll 1 s', [1.5, 1, 2]),
      row('W1', 'trigger -> run completed', 'poll 1 s', [0.5]),
    ];
    const best = bestOf({ id: 'W1', metric: 'triggerToFirstStepMs' }, rows);
    expect(best).toEqual({ median: 1500, min: 1000, max: 2000, n: 3, mode: 'poll 1 s' });
  });

  test('a chain that keeps no results is not compared with ours, which keeps them', () => {
    const rows = [
      row('W2', 'chain 100: flow call', 'python flow.py, default (no result kept), sqlite', [0.5]),
      row('W2', 'chain 100: flow call', 'python flow.py, results persisted, sqlite', [1.2]),
    ];
    expect(bestOf({ id: 'W2', metric: 'msPerStep' }, rows)?.median).toBe(12);
  });

  test('a peer whose scripts end early keeps what they measured until then, and the exit code tells it', async () => {
    const folder = await temporaryFolder();
    const { PATH = '', PEERS_HOME } = process.env;
    const told = jest.spyOn(console, 'error').mockReturnValue(undefined);
    try {
      await fs.mkdir(path.join(folder.path, 'prefect/bin'), { recursive: true });
      const rows = JSON.stringify([row('W3', 'steps/s', 'map', [98])]);
      await fs.writeFile(path.join(folder.path, 'python3'), `#!/bin/sh\necho '${rows}' > "$PEERS_RESULTS"\nexit 3\n`, {
        mode: 0o755,
      });
      Object.assign(process.env, { PATH: `${folder.path}:${PATH}`, PEERS_HOME: folder.path });
      const ours = [
        { id: 'W1', metric: 'triggerToFirstStepMs', ours: measured([30]) },
        { id: 'W3', metric: 'stepsPerSecond1000', ours: measured([196]) },
      ];
      const [first, second] = withPeer(ours, 'prefect', []);
      expect(first).toEqual(ours[0]);
      expect(second).toMatchObject({ peers: { prefect: { median: 98, mode: 'map' } }, ratio: 2 });
      expect(process.exitCode).toBe(1);
      expect(told).toHaveBeenCalledWith(expect.stringContaining('prefect ended with 3'));
    } finally {
      process.exitCode = undefined;
      process.env['PATH'] = PATH;
      if (PEERS_HOME === undefined) delete process.env['PEERS_HOME'];
      else process.env['PEERS_HOME'] = PEERS_HOME;
      told.mockRestore();
      await folder.remove();
    }
  });

  test('a peer that never finished has no figure', () => {
    const rows = [row('W5', 'finished without manual action after the kill', 'kill the worker', [])];
    expect(bestOf({ id: 'W5', metric: 'secondsBeyondIdeal' }, rows)).toBeNull();
  });
});
