import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Sample, trendOf } from '../../../bench/soak/measure.js';
import type { SoakReport } from '../../../bench/soak/soak.js';

const sampleOf = (descriptors: number, n: number): Sample => ({
  seconds: n,
  heapMiB: 0,
  rssMiB: 0,
  handles: 0,
  storeFiles: 0,
  storeMiB: 0,
  descriptors,
});

describe('the soak, in its short form', () => {
  it('sees disk, memory and handles of a worker and a model server stay flat', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'bench/soak/main.ts', '--minutes', '0.15'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const code = child.exitCode;
    expect([code, code === 0 ? '' : output + errors]).toEqual([0, '']);
    const report = JSON.parse(output) as SoakReport;
    expect(report.samples.length).toBeGreaterThanOrEqual(12);
    expect(report.runs).toBeGreaterThanOrEqual(12);
    expect(report.requests).toBeGreaterThan(200);
    for (const trend of Object.values(report.measures)) expect(trend).toMatchObject({ flat: true });
  });

  it('tells what grows from what is level or only warms up', () => {
    const trend = (values: readonly number[]) => trendOf(values.map(sampleOf), 'descriptors');
    const counts = Array.from({ length: 30 }, (_, n) => n);
    expect(trend(counts.map((n) => 100 + 3 * n))).toMatchObject({ flat: false, perMinute: 180 });
    expect(trend(counts.map((n) => 100 + (n % 4)))).toMatchObject({ flat: true });
    expect(trend(counts.map((n) => (n < 10 ? n * 10 : 100)))).toMatchObject({ flat: true, perMinute: 0 });
  });
});
