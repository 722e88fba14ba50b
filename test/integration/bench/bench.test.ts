import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { BenchReport } from '../../../bench/report.js';

const run = promisify(execFile);
const bench = (words: readonly string[]): Promise<{ readonly stdout: string }> =>
  run(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...words], { maxBuffer: 2 ** 22 });

describe('the benchmark command', () => {
  it('measures a workload on a server of its own and writes the report', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-test-'));
    try {
      const file = join(folder, 'report.json');
      const { stdout } = await bench(['orchestration', '--only', 'W1', '--repeats', '1', '--json', file]);
      const report = JSON.parse(await readFile(file, 'utf8')) as BenchReport;
      const metrics = ['triggerToFirstStepMs', 'cpuSeconds', 'peakRssMiB'].map((metric) => ({ id: 'W1', metric }));
      expect(report).toMatchObject({ name: 'orchestration', results: metrics });
      const [figure, cpuSeconds, peakRssMiB] = report.results;
      // Server, worker and client: no Node of theirs starts in less.
      expect(cpuSeconds?.ours.median).toBeGreaterThan(1);
      expect(peakRssMiB?.ours.median).toBeGreaterThan(150);
      expect(figure?.ours.n).toBe(6);
      expect(figure?.ours.min).toBeGreaterThan(0);
      expect(figure?.peers?.['temporal']).toMatchObject({ n: 6, mode: 'stock worker, same server, in turns' });
      expect(figure?.ratio).toBeCloseTo((figure?.ours.median ?? 0) / (figure?.peers?.['temporal']?.median ?? 0), 1);
      expect(figure?.ours.max).toBeGreaterThanOrEqual(figure?.ours.median ?? Infinity);
      expect(stdout).toContain('W1  triggerToFirstStepMs');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('names the workloads that there are', async () => {
    await expect(bench(['orchestration', '--only', 'W9'])).rejects.toThrow(/unknown workloads W9; there are W1, W2, .*W7/);
  });
});
