import { PipelineError } from '../errors/pipeline-error.js';
import { mergeBuckets } from './value-buckets.js';
import type { NumericProfile, RowsUpTo } from './numeric-profile.js';
import { bucketsOf } from './numeric-profile.js';

/** Profile of the rows of both: buckets exactly as if profiled at once, in any order, mean and m2 within rounding (Chan, Golub, LeVeque 1979). */
export function mergeNumeric(left: NumericProfile, right: NumericProfile): NumericProfile {
  if (left.of !== right.of) {
    throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
      what: 'two numeric profiles differ in kind',
      expected: left.of,
      received: right.of,
    });
  }
  const buckets = mergeBuckets(bucketsOf(left), bucketsOf(right));
  return {
    type: 'numeric',
    of: left.of,
    nulls: left.nulls + right.nulls,
    ...mergeMoments(left, right),
    bucketShift: buckets.shift,
    positions: buckets.positions,
    counts: buckets.counts,
    ...(buckets.shift === null ? {} : mergeCuts(left.cuts, right.cuts)),
  };
}

/** Those that both were counted at; a part that has values only is counted here no more. */
function mergeCuts(left?: RowsUpTo, right?: RowsUpTo): Pick<NumericProfile, 'cuts'> {
  if (left === undefined || right === undefined || left.at.join() !== right.at.join()) return {};
  return { cuts: { at: left.at, rows: left.rows.map((n, index) => n + (right.rows[index] ?? 0)) } };
}

function mergeMoments(
  left: NumericProfile,
  right: NumericProfile,
): Pick<NumericProfile, 'count' | 'min' | 'max' | 'mean' | 'm2'> {
  if (left.mean === null || left.min === null || left.max === null || left.m2 === null) return momentsOf(right);
  if (right.mean === null || right.min === null || right.max === null || right.m2 === null) return momentsOf(left);
  const count = left.count + right.count;
  const gap = right.mean - left.mean;
  return {
    count,
    min: Math.min(left.min, right.min),
    max: Math.max(left.max, right.max),
    mean: (left.mean * left.count + right.mean * right.count) / count,
    m2: left.m2 + right.m2 + (gap * gap * left.count * right.count) / count,
  };
}

const momentsOf = ({
  count,
  min,
  max,
  mean,
  m2,
}: NumericProfile): Pick<NumericProfile, 'count' | 'min' | 'max' | 'mean' | 'm2'> => ({ count, min, max, mean, m2 });
