import { describe, expect, it } from '@jest/globals';
import { DeployedEndpoints } from '../../../src/cli/deployed-endpoints.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import type { ModelServer } from '../../../src/serving/create-model-server.js';
import { eventually } from '../../eventually.js';

describe('the model servers of perennial dev', () => {
  const taken = new Set([8081]);
  const closed: string[] = [];
  const told: string[] = [];
  let deployed: readonly string[] | Error = ['first', 'second'];

  const start = (endpoint: string, port: number): Promise<ModelServer> => {
    if (taken.has(port)) {
      const cause = Object.assign(new Error('busy'), { code: 'EADDRINUSE' });
      return Promise.reject(new PipelineError('SERVING_PORT_IN_USE', { what: `port ${port} is in use`, cause }));
    }
    const close = (): Promise<void> => {
      closed.push(endpoint);
      return Promise.resolve();
    };
    return Promise.resolve({ url: `http://127.0.0.1:${port}`, close } as unknown as ModelServer);
  };
  const endpoints = new DeployedEndpoints({
    store: 'folder',
    firstPort: 8080,
    start,
    deployed: () => (deployed instanceof Error ? Promise.reject(deployed) : Promise.resolve(deployed)),
    tell: (news) => told.push(news),
  });

  const until = async (isThere: () => boolean): Promise<void> => {
    await eventually(isThere, (there) => there);
  };

  it('are one for each endpoint that something is deployed to, on the ports after the first, and end together', async () => {
    await endpoints.watch();
    expect(endpoints.urls).toEqual({ first: 'http://127.0.0.1:8080', second: 'http://127.0.0.1:8082' });
    deployed = new Error('the store is away');
    await until(() => told.length > 2);
    deployed = ['first', 'second', 'third'];
    await until(() => told.length > 3);
    expect(told).toEqual([
      'model server of first: http://127.0.0.1:8080',
      'model server of second: http://127.0.0.1:8082',
      expect.stringContaining('the store is away'),
      'model server of third: http://127.0.0.1:8083',
    ]);
    await endpoints.stop();
    expect(closed).toEqual(['first', 'second', 'third']);
  }, 20_000);
});
