/** The 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * The 95 % interval of a probability, 0..1, of which `ratio` was seen in `trials` (> 0; weights may make it a fraction): the score interval of
 * Wilson (1927), JASA 22:209-212.
 */
export function wilsonInterval(ratio: number, trials: number): readonly [low: number, high: number] {
  const square = Z * Z;
  const centre = (ratio + square / (2 * trials)) / (1 + square / trials);
  const half = (Z / (1 + square / trials)) * Math.sqrt((ratio * (1 - ratio)) / trials + square / (4 * trials * trials));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
