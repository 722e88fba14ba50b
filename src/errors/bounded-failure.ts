import { describeThrown } from './describe-thrown.js';
import { PipelineError } from './pipeline-error.js';

type Json = PipelineError['details'];

/** Characters of the parts of a failure that crosses Temporal and is kept with the run: a few thousand together. */
const MOST_WHAT = 1_500;
const MOST_PART = 400;
const MOST_MESSAGE = 4_000;
const MOST_DETAILS = 2_000;
const MOST_STACK = 800;
const MOST_CAUSES = 3;

/** The text in at most about `most` characters: its head and its tail, and between them how much is missing. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.7);
  const tail = most - head;
  return `${text.slice(0, head)} ... [${text.length - most} characters left out] ... ${text.slice(-tail)}`;
}

/** The value with its texts cut and its lists shortened as far as it takes; what was left out of a list is said in its last item. */
export function cutJson(value: Json, most: number = MOST_DETAILS): Json {
  for (const limits of [Infinity, 1_000, 200, 50]) {
    const cut = limits === Infinity ? value : shorten(value, limits, 0);
    if (lengthOf(cut) <= most) return cut;
  }
  return { leftOut: `${lengthOf(value)} characters of details` };
}

/** A failure in a size that crosses Temporal, whatever was thrown. */
export function boundFailure<T extends { readonly message: string; readonly details: Json }>(failure: T): T {
  const message = cutText(failure.message, MOST_MESSAGE);
  const details = cutJson(failure.details);
  return message === failure.message && details === failure.details ? failure : { ...failure, message, details };
}

/** The same error in a size that can be kept with a run: its parts, details, stack and causes are cut, its code and its word on retries stay. */
export function boundError(error: PipelineError): PipelineError {
  const { what, where, expected, received, cure, details, cause } = error.parts;
  const part = (name: string, text: string | undefined): { readonly [name: string]: string } =>
    text === undefined ? {} : { [name]: cutText(text, MOST_PART) };
  const bounded = new PipelineError(error.code, {
    what: cutText(what, MOST_WHAT),
    ...part('where', where),
    ...part('expected', expected),
    ...part('received', received),
    ...part('cure', cure),
    ...(details === undefined ? {} : { details: cutJson(details) }),
    ...(cause === undefined ? {} : { cause: boundCause(cause) }),
    retryable: error.retryable,
  });
  bounded.stack = cutText(error.stack ?? '', MOST_STACK);
  return bounded;
}

/** A plain error that says what a cause and its own causes said. */
export function boundCause(cause: unknown): Error {
  const [first, ...others] = describeThrown(cause).slice(0, MOST_CAUSES);
  let inner: Error | undefined;
  for (const link of [first, ...others].reverse()) {
    if (link === undefined) continue;
    const error = new Error(cutText(link.text, MOST_PART), inner === undefined ? undefined : { cause: inner });
    error.stack = cutText(link.stack ?? '', MOST_STACK);
    inner = error;
  }
  return inner ?? new Error('');
}

function shorten(value: Json, most: number, depth: number): Json {
  if (typeof value === 'string') return cutText(value, most);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '...';
  const members = Math.max(5, most / 20);
  if (isList(value)) {
    const kept = value.slice(0, members).map((item) => shorten(item, most, depth + 1));
    return value.length > members ? [...kept, `... and ${value.length - kept.length} more`] : kept;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, members).map(([name, member]) => [cutText(name, most), shorten(member, most, depth + 1)]);
  return Object.fromEntries(entries.length > members ? [...kept, ['...', `${entries.length - kept.length} more`]] : kept) as Json;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Size of a value that is not JSON: infinite, so that it is cut to its readable parts. */
function lengthOf(value: Json): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    return Infinity;
  }
}
