/**
 * Whole milliseconds since 1970 of a timestamp, rounded down, in SQL: as `Date` and the model server have them. The engine's own `epoch_ms` rounds
 * towards 1970, so that a moment before it which is no whole millisecond would fall into another hour or day.
 */
export const epochMsSql = (time: string): string => `((epoch_us(${time}) - ((epoch_us(${time}) % 1000) + 1000) % 1000) // 1000)`;
