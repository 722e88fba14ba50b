import http from 'node:http';
import { once } from 'node:events';

/** What may happen to a request, each with this probability. */
export interface FaultRates {
  /** Answered 503 SlowDown, not passed on. */
  readonly busy: number;
  /** The line is cut before the request is passed on. */
  readonly reset: number;
  /** It is carried out, and the answer is lost. */
  readonly lost: number;
  /** The answer breaks off half-way through its body. */
  readonly truncated: number;
  /** A conditional write is answered 409, not passed on. */
  readonly clash: number;
  /** A request without a condition is passed on twice. */
  readonly twice: number;
}

export interface FaultyS3 {
  readonly endpoint: string;
  /** How often each fault happened. */
  readonly happened: { [fault in keyof FaultRates]: number };
  /** Cuts every line for so long. */
  outage(ms: number): void;
  close(): Promise<void>;
}

/** Stands before an S3 server and treats its clients badly, each request by the next number of a fixed sequence. */
export async function startFaultyS3(to: string, rates: FaultRates): Promise<FaultyS3> {
  const { hostname, port } = new URL(to);
  const happened = { busy: 0, reset: 0, lost: 0, truncated: 0, clash: 0, twice: 0 };
  let seed = 42;
  let awayUntil = 0;
  const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const strikes = (fault: keyof FaultRates, applies = true): boolean => {
    const isHit = next() < rates[fault] && applies;
    if (isHit) happened[fault] += 1;
    return isHit;
  };
  const server = http.createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const isConditional = request.headers['if-match'] !== undefined || request.headers['if-none-match'] !== undefined;
      if (Date.now() < awayUntil || strikes('reset')) return request.socket.destroy();
      if (strikes('busy')) return response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
      if (strikes('clash', isConditional))
        return response.writeHead(409).end('<Error><Code>ConditionalRequestConflict</Code></Error>');
      if (strikes('twice', !isConditional)) await passOn(request, body);
      const answer = await passOn(request, body);
      if (strikes('lost')) return request.socket.destroy();
      response.writeHead(answer.status, answer.headers);
      if (!strikes('truncated', answer.body.length > 1 && request.method === 'GET')) return response.end(answer.body);
      return response.write(answer.body.subarray(0, answer.body.length >> 1), () => request.socket.destroy());
    })().catch(() => request.socket.destroy());
  });
  const passOn = async (request: http.IncomingMessage, body: Buffer) => {
    const { method, url, headers } = request;
    const upstream = http.request({ hostname, port, method, path: url, headers, agent: false });
    upstream.end(body);
    const [answer] = (await once(upstream, 'response')) as [http.IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    happened,
    outage: (ms) => {
      awayUntil = Date.now() + ms;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
