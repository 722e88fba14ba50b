export type Fields = Readonly<Record<string, unknown>>;
/** Takes a problem of the setting at this path. */
export type Report = (path: string, problem: string) => void;

export function checkKeys(fields: Fields, valid: readonly string[], path: string, report: Report): void {
  for (const key of Object.keys(fields)) {
    if (!valid.includes(key)) report(path === '' ? key : `${path}.${key}`, `unknown; valid are ${valid.join(', ')}`);
  }
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
}

export const show = (value: unknown): string =>
  value === undefined || typeof value === 'function' ? kindOf(value) : JSON.stringify(value);
