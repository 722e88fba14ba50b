import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tellHealth } from '../../../src/cli/start/tell-health.js';

describe('the health of a container', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-health-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const codeOf = async (environment: NodeJS.ProcessEnv): Promise<number> => {
    const checked = promisify(execFile)(process.execPath, ['install/healthcheck.js'], {
      env: { ...process.env, ...environment },
    });
    return checked.then(
      () => 0,
      (error: unknown) => (error as { code: number }).code,
    );
  };

  it('is that of the worker while it writes its file', async () => {
    const file = join(folder, 'health');
    const nobody = { PERENNIAL_HEALTH_FILE: file, PERENNIAL_HEALTH_URL: 'http://127.0.0.1:9/' };
    const health = tellHealth(file);
    expect(await codeOf(nobody)).toBe(0);
    const aMinuteAgo = Date.now() / 1000 - 60;
    await utimes(file, aMinuteAgo, aMinuteAgo);
    expect(await codeOf(nobody)).toBe(1);
    health.stop();
    expect(existsSync(file)).toBe(false);
  });

  it('is that of the model server where there is no such file', async () => {
    const server = createServer((_, response) => response.writeHead(isWell ? 200 : 503).end());
    let isWell = true;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const environment = { PERENNIAL_HEALTH_FILE: join(folder, 'none'), PERENNIAL_HEALTH_URL: url };
    expect(await codeOf(environment)).toBe(0);
    isWell = false;
    expect(await codeOf(environment)).toBe(1);
    server.close();
  });

  it('is told to nobody without a file, and of a file that cannot be written at once', () => {
    expect(() => {
      tellHealth('').stop();
    }).not.toThrow();
    expect(() => tellHealth(join(folder, 'missing', 'health'))).toThrow(/ENOENT/);
  });
});
