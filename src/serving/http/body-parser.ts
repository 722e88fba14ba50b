import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PipelineError } from '../../errors/pipeline-error.js';
import { parseJsonBody } from '../input/json-body.js';
import { describeValue } from '../input/text.js';

const unsupported = (what: string, expected: string, received?: string): PipelineError =>
  new PipelineError('SERVING_MEDIA_TYPE_UNSUPPORTED', {
    what,
    expected,
    ...(received === undefined ? {} : { received: describeValue(received) }),
  });

/**
 * Refuses a body that is not plain JSON by its headers, before the body is read. A body without a media type counts as JSON: clients of the protocol
 * send none.
 * @throws PipelineError `SERVING_MEDIA_TYPE_UNSUPPORTED`.
 */
export function checkMediaType({ method, headers }: FastifyRequest): void {
  if (method !== 'POST') return;
  const type = headers['content-type'];
  if (type !== undefined && !/^application\/json\s*(?:;|$)/i.test(type))
    throw unsupported('the body is not declared as JSON', 'application/json', type);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw unsupported('the body is compressed', 'identity', encoding);
  if (headers['inference-header-content-length'] !== undefined)
    throw unsupported('the body has binary tensors', 'tensors as JSON (`binary_data=False` in the client)');
}

/** Reads the body of every route. */
export function addBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => parseJsonBody(body));
}
