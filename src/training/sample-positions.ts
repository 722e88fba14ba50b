import { roundingBits } from './gbdt/quantisation.js';

/**
 * Ascending positions of `size` of `rows` rows: one of each of as many equal stretches, chosen by a hash, so that no pattern in the order of
 * rows counts. All of them when `size` is not below `rows`. Deterministic for a seed.
 */
export function samplePositions(rows: number, size: number, seed: number): Int32Array {
  const count = Math.min(rows, size);
  const start = (stretch: number): number => Math.floor((stretch * rows) / count);
  const positions = new Int32Array(count);
  for (let stretch = 0; stretch < count; stretch += 1) {
    const first = start(stretch);
    positions[stretch] = first + (roundingBits(stretch, seed) % (start(stretch + 1) - first));
  }
  return positions;
}
