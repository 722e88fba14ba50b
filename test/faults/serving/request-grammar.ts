/** One request of HTTP, as a fuzzer makes it. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** Numbers in [0, 1) that follow from a seed alone (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, -5, 1.5, 1e39, 2 ** 53, Number.MAX_SAFE_INTEGER, 2 ** 63, -1e308, 253_402_300_800_000],
  ...['', 'SFO', 'a\0z', '\ud800', '😀', 'NaN', 'Infinity', '1', '__proto__', 'x'.repeat(5_000), '\u0007', 'toString'],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '978307200000000000',
    '2001-02-31',
    '2001-01-01T24:00',
    '2001-01-05',
    '0000-01-01',
  ],
  ...[[], {}, [1], [[1]], [[], []], { a: 1 }, nested(10), nested(40), Array.from({ length: 300 }, () => null), [0, 0, 0]],
];
const NAMES = [
  'date',
  'distance',
  'origin',
  'inputs',
  'instances',
  'ids',
  'shape',
  'data',
  'name',
  'datatype',
  '__proto__',
  'constructor',
  'x',
];
const PREDICTIONS = ['/v1/models/flights:predict', '/v2/models/flights/infer', '/v2/models/flights/versions/1/infer'];
const PATHS = [
  ...[
    '/v2',
    '/v2/',
    '/v2/health/live',
    '/v2/health/ready',
    '/v2/models/flights',
    '/v2/models/flights/ready',
    '/v2/models/flights/stats',
  ],
  ...['/v2/models/stats', '/metrics', '/admin/refresh', '/', '/v1/models/', '/v2/models//infer', '/v1/models/flights'],
];
const SEGMENTS = [
  'flights',
  'models',
  'versions',
  '1',
  '%00',
  '%2F',
  '..',
  '%zz',
  '%E0%A4%A',
  'x'.repeat(300),
  '\u00e9',
  ':predict',
  'stats',
  '?a=b',
  '#',
];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'PROPFIND'];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['content-type', ['application/json', 'application/json; charset=utf-8', 'text/plain', ';;', 'application/jsonp', '']],
  ['x-request-timeout-ms', ['10000', '1e-9', '-1', '0', 'NaN', '99999999999', '5, 6', '']],
  ['x-request-id', ['a', 'x'.repeat(400), '\u00ff', '']],
  ['content-encoding', ['identity', 'gzip', 'deflate, br']],
  ['inference-header-content-length', ['10', '-1']],
  ['expect', ['nothing']],
  ['accept', ['*/*', 'text/html', ';']],
  ['authorization', ['Bearer', 'Bearer a b', 'Basic !!!']],
];

/** Requests over every route: right ones, and right ones with some part of path, headers, values or bytes changed. The same for a seed. */
export function* fuzzedRequests(seed: number): Generator<FuzzedRequest> {
  const next = numbersOf(seed);
  const chance = (share: number): boolean => next() < share;
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;

  const rowsBody = (): Record<string, unknown> => {
    const rows = 1 + below(3);
    const row = (): unknown => ({
      date: pick(['2001-01-05T12:00:00Z', 0, '2001-01-05']),
      distance: pick([4, null, 'NaN']),
      origin: pick(['SFO', 'ZZZ']),
    });
    return {
      instances: Array.from({ length: rows }, row),
      ...(chance(0.3) ? { ids: Array.from({ length: rows }, (_, n) => `r${n}`) } : {}),
      ...(chance(0.3) ? { event_times: Array.from({ length: rows }, () => '2001-01-05') } : {}),
    };
  };
  const tensorsBody = (): Record<string, unknown> => {
    const rows = 1 + below(3);
    const tensor = (name: string, datatype: string, value: unknown): unknown => ({
      name,
      datatype,
      shape: pick([[rows], [rows, 1]]),
      data: Array.from({ length: rows }, () => value),
    });
    return {
      ...(chance(0.3) ? { id: 'call' } : {}),
      inputs: [
        tensor('date', 'INT64', pick([0, '0'])),
        tensor('distance', 'FP32', pick([4, null])),
        tensor('origin', 'BYTES', 'SFO'),
      ],
      ...(chance(0.2) ? { outputs: [{ name: 'score' }] } : {}),
    };
  };

  /** Another value at a random place, or one place more, fewer or twice. */
  const mutate = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || chance(0.15)) return pick(VALUES);
    if (Array.isArray(value)) {
      const list: unknown[] = [...(value as unknown[])];
      const at = below(list.length + 1);
      const change = next();
      if (change < 0.2) list.splice(at, 1);
      else if (change < 0.4) list.splice(at, 0, list[at] ?? pick(VALUES));
      else list[at] = mutate(list[at]);
      return list;
    }
    const entries = Object.entries(value);
    const at = below(entries.length + 1);
    const change = next();
    if (change < 0.2) entries.splice(at, 1);
    else if (change < 0.4) entries.push([pick(NAMES), pick(VALUES)]);
    else entries[at] = [entries[at]?.[0] ?? pick(NAMES), mutate(entries[at]?.[1])];
    return Object.fromEntries(entries);
  };

  const damage = (bytes: Buffer): Buffer => {
    const at = below(bytes.length);
    switch (below(4)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        return Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256)]), bytes.subarray(at + 1)]);
      case 2:
        return Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(pick(['[', '{"a":', '1e999', 'NaN', '\\u0000', '"', '\0', '[['.repeat(3_000)])),
          bytes.subarray(at),
        ]);
      default:
        return Buffer.concat([bytes, bytes]);
    }
  };

  const path = (): string => {
    const right = chance(0.5) ? pick(PREDICTIONS) : pick(PATHS);
    if (chance(0.85)) return right;
    const parts = right.split('/');
    parts[1 + below(parts.length)] = pick(SEGMENTS);
    return encodeURI(parts.join('/')).replaceAll('%25', '%');
  };

  for (;;) {
    const target = path();
    const predicts = /:predict|infer/.test(target);
    let body: unknown = target.includes('/v2') ? tensorsBody() : rowsBody();
    for (let times = below(3); times > 0; times -= 1) body = mutate(body);
    const bytes = Buffer.from(JSON.stringify(body));
    const method = chance(0.85) ? (predicts || target.startsWith('/admin') ? 'POST' : 'GET') : pick(METHODS);
    const changed = HEADERS.filter(() => chance(0.05)).map(([name, values]) => [name, pick(values)] as const);
    const headers = { ...(chance(0.7) ? { 'content-type': 'application/json' } : {}), ...Object.fromEntries(changed) };
    yield {
      method,
      path: target,
      headers,
      body: method === 'POST' || chance(0.1) ? (chance(0.15) ? damage(bytes) : bytes) : null,
    };
  }
}
