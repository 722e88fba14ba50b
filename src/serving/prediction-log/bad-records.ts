import type { BadRecord } from './encode-records.js';

/** Bad rows that one server keeps in the store; further ones are counted only. */
export const MOST_KEPT = 1_000;
/** Longest text of one value, characters. */
const TEXT = 1_000;

/** Key of the rows that cannot be written. */
export const asideKey = (endpoint: string, day: string, name: string): string =>
  `predictions-aside/${endpoint}/${day}/${name}.jsonl`;

/** One line of JSON for each row: why it is not in the log, and what it was. Long texts are cut. */
export function badRecordLines(bad: readonly BadRecord[]): Buffer {
  return Buffer.from(bad.map((one) => `${JSON.stringify(plain(one))}\n`).join(''));
}

function plain({ record, reason }: BadRecord): Record<string, unknown> {
  const { ids, eventTimesMs, loggedAtMs, model, version, variant, status, latencyMs, scores, inputs } = record;
  return {
    reason,
    request_id: cut(ids[0]),
    event_time: cut(eventTimesMs[0]),
    logged_at: loggedAtMs,
    model: cut(model),
    version,
    variant,
    status,
    latency_ms: latencyMs,
    score: cut(scores?.[0]),
    inputs:
      inputs &&
      Object.fromEntries(inputs.signature.inputs.map((spec, index) => [spec.name, cut(inputs.batch.columns[index]?.[0])])),
  };
}

function cut(value: string | number | bigint | undefined): string | number | null {
  if (value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  const text = String(value);
  return text.length <= TEXT ? text : `${text.slice(0, TEXT)}...`;
}
