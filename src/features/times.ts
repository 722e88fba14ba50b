export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** The remainder with the sign of the divisor, in SQL: times before 1970 are negative. */
export function flooredModulo(value: string, divisor: number): string {
  return `((${value} % ${String(divisor)} + ${String(divisor)}) % ${String(divisor)})`;
}
