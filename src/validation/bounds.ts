/** Options of checks that have inclusive bounds, of which one at least is given. */
export const BOUNDS = { properties: { min: { type: 'number' }, max: { type: 'number' } } } as const;

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export function boundProblems({ options: { min, max } }: { readonly options: Bounds }): readonly string[] {
  if (min === undefined && max === undefined) return ['expected min, max or both'];
  return min !== undefined && max !== undefined && min > max ? [`min ${min} is above max ${max}`] : [];
}

export const boundsInWords = ({ min, max }: Bounds): string =>
  [...(min === undefined ? [] : [`>= ${min}`]), ...(max === undefined ? [] : [`<= ${max}`])].join(' and ');
