import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startDevServer } from '../src/temporal/server/dev-server.js';
import type { DevServer, DevServerOptions } from '../src/temporal/server/dev-server.js';

export interface TestServer extends DevServer {
  /** Keeps the runs: pass it to `startTestServer` again, with the port, to restart the same server after a kill. */
  readonly dbFile: string;
  readonly port: number;
}

/** A dev server of the caller's own: free port, fresh database in a temporary folder that `stop` removes. */
export async function startTestServer(options: Pick<DevServerOptions, 'dbFile' | 'port' | 'uiPort'> = {}): Promise<TestServer> {
  const folder = options.dbFile === undefined ? await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-temporal-')) : null;
  const dbFile = options.dbFile ?? path.join(folder ?? os.tmpdir(), 'temporal.db');
  const server = await startDevServer({ ...options, uiPort: options.uiPort ?? null, dbFile });
  let running = true;
  void server.exited.then(() => (running = false));
  return {
    ...server,
    dbFile,
    port: Number(server.address.split(':')[1]),
    stop: async () => {
      if (folder === null) return server.stop();
      // Nobody will read its database again: it need not take the second that a server takes to leave in order.
      if (running) process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}
