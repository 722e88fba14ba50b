const LONGEST = 80;

/** A value of anybody's, as an error shows it: its JSON, cut to 80 characters, or its type where it has none. Never throws. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (jsonOf(value) ?? `a ${typeof value}`);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A big integer, a circle, or a `toJSON` that throws.
    return undefined;
  }
}
