import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Summary } from '../../examples/flight-delay/demo/summary.js';

jest.setTimeout(900_000);

const folder = await mkdtemp(join(tmpdir(), 'perennial-demo-'));
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs what `npm run demo` runs once packages and build are there; keeps the longest time without a sign of life. */
async function runDemo(file: string): Promise<{ code: number | null; text: string; longestSilenceMs: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/flight-delay/demo/main.ts', '--json', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let longestSilenceMs = 0;
  let last = Date.now();
  const read = (chunk: string): void => {
    text += chunk;
    longestSilenceMs = Math.max(longestSilenceMs, Date.now() - last);
    last = Date.now();
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, text, longestSilenceMs };
}

describe('the demo', () => {
  it('lives through half a year of a model and tells the truth about it', async () => {
    const file = join(folder, 'summary.json');
    const { code, text, longestSilenceMs } = await runDemo(file);
    expect([code, code === 0 ? '' : text.slice(-3_000)]).toEqual([0, '']);
    const summary = JSON.parse(await readFile(file, 'utf8')) as Summary;

    expect(summary.versions[0]).toMatchObject({
      version: 1,
      decision: 'promote',
      rocAuc: expect.any(Number),
      logLoss: expect.any(Number),
    });
    const started = summary.retrains.filter((retrain) => retrain.runId !== '');
    expect(started.length).toBeGreaterThanOrEqual(1);
    for (const retrain of started) expect(['promoted', 'rejected', 'rolled-back']).toContain(retrain.decision);
    const { served, january, rows, weeks } = summary.hindsight;
    expect([rows > 95_000, weeks, started.length <= 8]).toEqual([true, 20, true]);
    expect(served.rocAuc - january.rocAuc).toBeGreaterThanOrEqual(0.01);
    expect(served.logLoss).toBeLessThan(january.logLoss);
    for (const version of summary.versions) expect(version.reason).not.toBe('');
    expect(summary.rollback).toMatchObject({ outcome: 'rolled-back', reasons: [expect.stringContaining('p99')] });

    expect(summary.windows).toHaveLength(21);
    for (const window of summary.windows) {
      expect(window.rows).toBeGreaterThanOrEqual(5_000);
      expect(Object.keys(window.drift)).toEqual(expect.arrayContaining(['distance', 'origin']));
    }
    expect(summary.windows.filter((window) => window.rocAuc !== null)).toHaveLength(20);
    const { sent, answered, logged, failed } = summary.predictions;
    expect(failed).toBe(0);
    expect(answered).toBe(sent);
    expect(logged).toBe(sent);
    expect(summary.peakRssBytes).toBeGreaterThan(0);
    expect(summary.peakRssBytes).toBeLessThan(2.5 * 2 ** 30);
    expect(text).toContain('Lineage of the model that is live now');
    process.stderr.write(
      `demo: ${summary.totalSeconds.toFixed(0)} s, ${(summary.peakRssBytes / 2 ** 30).toFixed(2)} GiB, longest silence ${longestSilenceMs} ms\n`,
    );
  });
});
