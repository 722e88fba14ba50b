import type { FastifyInstance } from 'fastify';
import type { ServerCore } from '../server-core.js';

/** Server metadata, health, metrics and the refresh of the configuration. */
export function addOperationsRoutes(app: FastifyInstance, server: ServerCore, version: string): void {
  app.get('/v2', async () => ({ name: 'perennial', version, extensions: ['statistics'] }));
  app.get('/v2/health/live', async () => ({ live: true }));
  app.get('/v2/health/ready', async (_request, reply) => {
    const ready = server.ready();
    if (!ready) void reply.code(503);
    return { ready, live: true };
  });
  app.get('/metrics', async (_request, reply) => {
    void reply.type(server.metrics.registry.contentType);
    return server.metrics.registry.metrics();
  });
  app.post('/admin/refresh', async () => {
    await server.refresh();
    return { replica: server.replica, ...server.models.health() };
  });
}
