import { connectionOptions } from '../../temporal/connection.js';
import { isPortFree } from '../../temporal/server/free-port.js';
import { ok, warn } from './check.js';
import type { Check } from './check.js';

const USUAL_PORTS = [
  { port: 7233, use: 'Temporal', option: 'perennial dev --port 0' },
  { port: 8233, use: 'Temporal UI', option: 'perennial dev --ui-port 0' },
  { port: 8080, use: 'model server', option: 'perennial serve --port 0' },
] as const;

/** Ports that our commands take unless told otherwise. One in use by the configured Temporal server itself is as it should be. */
export const ports: Check = {
  name: 'Ports',
  run: async ({ address }) => {
    const server = connectionOptions(address === undefined ? {} : { address }).address;
    const serverPort = /^(127\.0\.0\.1|localhost):/.test(server) ? Number(server.split(':')[1]) : null;
    const taken = [];
    for (const usual of USUAL_PORTS) {
      const ours = serverPort !== null && (usual.port === serverPort || usual.port === serverPort + 1000);
      if (!ours && !(await isPortFree(usual.port))) taken.push(usual);
    }
    if (taken.length === 0) return ok(`free: ${USUAL_PORTS.map(({ port, use }) => `${port} (${use})`).join(', ')}`);
    return warn(
      `in use: ${taken.map(({ port, use }) => `${port} (${use})`).join(', ')}`,
      taken.map(({ option }) => option).join('; '),
    );
  },
};
