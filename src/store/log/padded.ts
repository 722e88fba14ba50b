const DIGITS = 6;

/** Names of numbered objects sort as their numbers do. */
export const padded = (n: number): string => String(n).padStart(DIGITS, '0');
