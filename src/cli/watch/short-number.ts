const SIGNIFICANT_DIGITS = 4;

/** Counts exactly, measures to four digits, of large ones the whole part: `60000`, `58865`, `0.6183`. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 10 ** SIGNIFICANT_DIGITS
    ? String(Math.round(value))
    : String(Number(value.toPrecision(SIGNIFICANT_DIGITS)));
}
