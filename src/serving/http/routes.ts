import type { FastifyRequest } from 'fastify';
import { PipelineError } from '../../errors/pipeline-error.js';
import { shortName } from '../input/text.js';

/** Every route and the methods that it answers; `<name>` stands for one part of the path, `[...]` for a part that may be missing. */
const ROUTES: readonly (readonly [path: string, allow: string])[] = [
  ['/v1/models/<model>:predict', 'POST'],
  ['/v2/models/<model>[/versions/<version>]/infer', 'POST'],
  ['/v2/models/<model>[/versions/<version>][/ready]', 'GET, HEAD'],
  ['/v2/models/<model>[/versions/<version>]/stats', 'GET, HEAD'],
  ['/v2/models/stats', 'GET, HEAD'],
  ['/v2', 'GET, HEAD'],
  ['/v2/health/live', 'GET, HEAD'],
  ['/v2/health/ready', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/admin/refresh', 'POST'],
];

const PATTERNS = ROUTES.map(([path, allow]) => {
  const source = path.replaceAll(/\[(.*?)\]/g, '(?:$1)?').replaceAll(/<\w+>/g, '[^/]+');
  return { pattern: new RegExp(`^${source}/?$`), allow };
});

/** The error for a request without a route: an unknown path, or a method that the path does not allow. */
export function noRouteError({ method, url }: FastifyRequest): PipelineError {
  const [path = ''] = url.split('?');
  const found = PATTERNS.find(({ pattern }) => pattern.test(path));
  if (found !== undefined) {
    return new PipelineError('SERVING_METHOD_NOT_ALLOWED', {
      what: `${shortName(path)} does not answer ${method}`,
      expected: found.allow,
    });
  }
  return new PipelineError('SERVING_ROUTE_NOT_FOUND', {
    what: `there is no route ${method} ${shortName(path)}`,
    expected: ROUTES.map(([known, allow]) => `${allow.split(',')[0] ?? ''} ${known}`).join(', '),
  });
}
