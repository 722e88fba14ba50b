import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string; target: string };
  init?: boolean;
  stop_grace_period?: string;
  restart?: string;
  healthcheck?: { disable?: boolean };
  command?: string | string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  volumes?: string[];
  ports?: string[];
}
const compose = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const commandOf = (service: Service): string[] => (Array.isArray(service.command) ? service.command : []);

describe('docker-compose.yml', () => {
  it('starts Temporal with PostgreSQL, its UI, MinIO, a worker and a model server', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['temporal', 'postgresql', 'temporal-ui', 'minio', 'worker', 'model-server']),
    );
  });

  it('gives our processes an init, the time that a busy worker needs to stop, and a health check', async () => {
    const dockerfile = await readFile('Dockerfile', 'utf8');
    const ours = services.filter(([, { build }]) => build !== undefined);
    expect(ours.map(([name]) => name)).toEqual(['setup', 'worker', 'model-server']);
    for (const [name, { init, stop_grace_period: grace = '0s', build, healthcheck, restart }] of ours) {
      expect([name, init, Number(/^(\d+)s$/.exec(grace)?.[1])]).toEqual([name, true, 30]);
      expect(dockerfile).toContain(` AS ${build?.target ?? ''}\n`);
      // The image brings the check; what ends by itself needs none.
      expect([name, healthcheck?.disable === true]).toEqual([name, restart === 'on-failure']);
    }
  });

  it('names only services, volumes and files that exist', () => {
    for (const [, service] of services) {
      for (const needed of Object.keys(service.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(needed);
      if (service.build) expect(existsSync(`${service.build.context}/${service.build.dockerfile}`)).toBe(true);
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0] ?? '';
        if (source.startsWith('.')) expect([source, existsSync(source)]).toEqual([source, true]);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      for (const word of commandOf(service)) if (/\.(js|ts)$/.test(word)) expect([word, existsSync(word)]).toEqual([word, true]);
    }
  });

  it('runs only commands and options that the CLI has', () => {
    for (const [name, service] of services) {
      const [, script, subcommand, ...words] = commandOf(service);
      if (script !== 'dist/src/cli/main.js' || subcommand === undefined) continue;
      const help = execFileSync(process.execPath, [script, subcommand, '--help'], { encoding: 'utf8' });
      for (const option of words.filter((word) => word.startsWith('--')))
        expect([name, help]).toEqual([name, expect.stringContaining(option)]);
    }
  });

  it('publishes each host port once, and points every address at a service and the port it listens on', () => {
    const published = services.flatMap(([, service]) => service.ports ?? []);
    const hostPorts = published.map((port) => port.split(':').at(-2));
    expect(new Set(hostPorts).size).toBe(hostPorts.length);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const server = compose.services['model-server'];
    const port = commandOf(server ?? {}).at(-1);
    expect(server?.ports).toEqual([`127.0.0.1:${port ?? ''}:${port ?? ''}`]);
    const listening: Record<string, string[]> = { temporal: ['7233'], minio: ['9000', '9001'], postgresql: ['5432'] };
    for (const [, service] of services) {
      for (const value of Object.values(service.environment ?? {})) {
        const address = /^(?:http:\/\/)?([a-z-]+):(\d+)$/.exec(value);
        if (address) expect(listening[address[1] ?? '']).toContain(address[2]);
      }
    }
  });
});
