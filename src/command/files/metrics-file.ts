import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline';
import { PipelineError } from '../../errors/pipeline-error.js';

/** The last value of each metric in `output/metrics.jsonl` (`{ name, value, step?, ts? }` a line); NaN where it is no finite number. */
export async function readMetricsFile(output: string, onBadLine: (number: number) => void): Promise<Map<string, number>> {
  const metrics = new Map<string, number>();
  const file = path.join(output, 'metrics.jsonl');
  if (!(await isFile(file))) return metrics;
  let number = 0;
  for await (const line of readline.createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    const entry = parseMetric(line);
    if (entry === null) onBadLine(number);
    else metrics.set(entry.name, entry.value);
  }
  return metrics;
}

/** Null for a line that is no metric. Python writes NaN and Infinity into JSON, which has neither. */
export function parseMetric(line: string): { readonly name: string; readonly value: number } | null {
  try {
    const entry: unknown = JSON.parse(line.replaceAll(/(?<=[:\s])-?(NaN|Infinity)(?=\s*[,}])/g, 'null'));
    if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('value' in entry)) return null;
    if (typeof entry.name !== 'string') return null;
    return { name: entry.name, value: typeof entry.value === 'number' ? entry.value : Number.NaN };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @throws PipelineError `EXECUTION_METRIC_NOT_FINITE` naming every metric whose last value is none. */
export function checkMetrics(metrics: ReadonlyMap<string, number>, where: string): { readonly [name: string]: number } {
  const bad = [...metrics].filter(([, value]) => !Number.isFinite(value)).map(([name]) => name);
  if (bad.length === 0) return Object.fromEntries(metrics);
  throw new PipelineError('EXECUTION_METRIC_NOT_FINITE', {
    what: `the last value of ${bad.map((name) => `"${name}"`).join(', ')} is not a finite number`,
    where,
    cure: 'Look at the training in `perennial logs`: it may have diverged; write finite numbers.',
    details: { metrics: bad },
  });
}

async function isFile(file: string): Promise<boolean> {
  const status = await fs.lstat(file).catch(() => null);
  return status?.isFile() ?? false;
}
