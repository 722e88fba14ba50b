// A source that reads a web API which answers with one JSON object a line, page by page: `jsonLines({ url: 'https://example.com/trips', token: secret('TOKEN') })`.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { defineSource, PipelineError, type SourceRow } from 'perennial-ml/extend';

export const jsonLines = defineSource({
  name: 'json_lines',
  options: {
    properties: {
      url: { type: 'string', title: 'an address' },
      token: { type: 'string', title: 'a secret' },
      from: { type: 'string', title: 'the name of a query parameter', default: 'from' },
      to: { type: 'string', title: 'the name of a query parameter', default: 'to' },
    },
    required: ['url'],
  },
  load: async function* ({ options: { url, token, from, to }, window, signal }) {
    const asked = new URL(url);
    if (window !== null) {
      asked.searchParams.set(from, window.from);
      asked.searchParams.set(to, window.to);
    }
    for (let next: string | null = asked.href; next !== null;) {
      const response: Response = await answerOf(next, signal, token);
      const lines = createInterface({ input: Readable.fromWeb(response.body as ReadableStream), crlfDelay: Infinity });
      for await (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as SourceRow;
      next = nextPage(response, next);
    }
  },
  // Most such APIs say by an ETag whether anything is new; one that does not is read each time.
  state: async ({ url }, signal) => {
    const response = await fetch(url, { method: 'HEAD', signal });
    return response.headers.get('etag') ?? response.headers.get('last-modified') ?? `asked at ${new Date().toISOString()}`;
  },
});

async function answerOf(url: string, signal: AbortSignal, token: string | undefined): Promise<Response> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal });
  if (response.ok && response.body !== null) return response;
  throw new PipelineError('DATA_SOURCE_MISSING', { what: `the API answered ${response.status}`, where: new URL(url).origin });
}

/** Of the header `link: <https://...>; rel="next"`. */
function nextPage({ headers }: Response, current: string): string | null {
  const [, next] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? [];
  return next === undefined ? null : new URL(next, current).href;
}
