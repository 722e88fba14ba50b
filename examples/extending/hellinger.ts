import { defineDrift, driftBins } from 'perennial-ml/extend';

/** Hellinger distance of the shares of rows in each bin, 0..1: symmetric, and milder than psi on bins with few rows. */
export const hellinger = defineDrift({
  name: 'hellinger',
  column: 'measurable',
  compute: (reference, current) => {
    const bins = driftBins(reference, current);
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    const [rows, others] = [sum(bins.reference), sum(bins.current)];
    if (rows === 0 || others === 0) return null;
    const squares = bins.reference.map(
      (count, bin) => (Math.sqrt(count / rows) - Math.sqrt((bins.current[bin] ?? 0) / others)) ** 2,
    );
    return Math.sqrt(sum(squares) / 2);
  },
});
