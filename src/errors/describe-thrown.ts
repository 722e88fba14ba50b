/** Longest chain of causes that is followed, those side by side included. */
const MOST_CAUSES = 8;
/** Most characters of JSON for an object without a message. */
const LONGEST_JSON = 300;

/** What is known of a thing that was thrown. */
export type Thrown = {
  /** In words, without its causes: `TypeError: fetch failed`. */
  readonly text: string;
  readonly stack: string | null;
  /** Node's and the systems' names for a failure: `ECONNREFUSED`. */
  readonly code: string | null;
};

/**
 * Reads anything that code may throw, itself first and its causes after it (those of an `AggregateError` too). Never throws, whatever the
 * thing does when it is read: getters and `toString` that throw, proxies, causes in a circle.
 */
export function describeThrown(thrown: unknown): readonly [Thrown, ...Thrown[]] {
  const known = new Set<unknown>([thrown]);
  const causes: Thrown[] = [];
  let next = causesOf(thrown);
  while (next.length > 0 && causes.length < MOST_CAUSES) {
    const fresh = next.filter((cause) => !known.has(cause)).slice(0, MOST_CAUSES - causes.length);
    for (const cause of fresh) known.add(cause);
    causes.push(...fresh.map(describeOne));
    next = fresh.flatMap(causesOf);
  }
  return [describeOne(thrown), ...causes];
}

/** The thing and its causes in one line: `TypeError: fetch failed (because of Error: connect ECONNREFUSED 127.0.0.1:1)`. */
export function thrownText(thrown: unknown): string {
  return chainText(describeThrown(thrown));
}

/** As `thrownText`, of what is described already. */
export function chainText([first, ...causes]: readonly [Thrown, ...Thrown[]]): string {
  const fresh = [...new Set(causes.map(({ text }) => text))].filter((text) => !first.text.includes(text));
  return fresh.length === 0 ? first.text : `${first.text} (because of ${fresh.join('; because of ')})`;
}

/** What an error says with its causes, for a message of ours; never throws. */
export const reasonOf = (thrown: unknown): string => thrownText(thrown).replace(/^(?:Pipeline)?Error: /, '');

/** The message of an error alone, to be searched rather than shown; of what is no error, what `reasonOf` says. Never throws. */
export function messageOf(thrown: unknown): string {
  const message = typeof thrown === 'object' && thrown !== null ? textIn(thrown, 'message') : null;
  return message ?? reasonOf(thrown);
}

function describeOne(thrown: unknown): Thrown {
  if (typeof thrown === 'string') return { text: `a thrown string: ${thrown}`, stack: null, code: null };
  if ((typeof thrown !== 'object' || thrown === null) && typeof thrown !== 'function') {
    return { text: `a thrown ${typeof thrown}: ${String(thrown)}`, stack: null, code: null };
  }
  const name = textIn(thrown, 'name');
  const message = textIn(thrown, 'message');
  const code = textIn(thrown, 'code');
  return { text: textOf(thrown, name, message), stack: textIn(thrown, 'stack'), code };
}

function textOf(thrown: object, name: string | null, message: string | null): string {
  if (name !== null && name !== '' && typeof thrown !== 'function')
    return message === null || message === '' ? name : `${name}: ${message}`;
  if (message !== null && message !== '') return `a thrown object: ${message}`;
  try {
    const json = JSON.stringify(thrown) as string | undefined;
    return json === undefined ? `a thrown ${typeof thrown}` : `a thrown object: ${json.slice(0, LONGEST_JSON)}`;
  } catch {
    return 'a thrown object that cannot be read';
  }
}

function causesOf(thrown: unknown): readonly unknown[] {
  if (typeof thrown !== 'object' || thrown === null) return [];
  const cause = valueIn(thrown, 'cause');
  const errors = valueIn(thrown, 'errors');
  return [...(cause === undefined || cause === null ? [] : [cause]), ...firstOf(errors)];
}

function firstOf(list: unknown): readonly unknown[] {
  try {
    return Array.isArray(list) ? list.slice(0, MOST_CAUSES) : [];
  } catch {
    return [];
  }
}

/** Text of a field; of numbers and booleans too. Null when there is none, or it cannot be read. */
function textIn(thrown: object, field: string): string | null {
  const value = valueIn(thrown, field);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function valueIn(thrown: object, field: string): unknown {
  try {
    return (thrown as { readonly [name: string]: unknown })[field];
  } catch {
    return undefined;
  }
}
