import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What every step of the benchmark does: one line with its name and the time of day in ms, to the microsecond. */
export function mark(label: string): void {
  const file = process.env['BENCH_BODIES'];
  if (file === undefined) throw new Error('BENCH_BODIES names no file');
  appendFileSync(file, `${label} ${timeOfDayMs()} ${process.pid}\n`);
}

export const timeOfDayMs = (): number => performance.timeOrigin + performance.now();

export type Body = { readonly label: string; readonly atMs: number };

/** The lines so far, in the order of writing. */
export function readBodies(file: string): readonly Body[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [label = '', at = ''] = line.split(' ');
      return { label, atMs: Number(at) };
    });
}
