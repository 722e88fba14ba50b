import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../../src/store/artifacts/cache-folder.js';
import { connect, connectionOptions } from '../../../src/temporal/connection.js';
import { compressionFor } from '../../../src/temporal/native-connection.js';
import { freePort } from '../../../src/temporal/server/free-port.js';

const before = { ...process.env };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) Reflect.deleteProperty(process.env, name);
  process.env['TEMPORAL_CONFIG_FILE'] = '/no/such/temporal.toml';
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});

describe('connectionOptions', () => {
  it('is the local dev server when nothing is set', () => {
    expect(connectionOptions()).toMatchObject({ address: '127.0.0.1:7233', namespace: 'default' });
  });

  it('reads the environment, with TLS as soon as there is an API key', () => {
    process.env['TEMPORAL_ADDRESS'] = 'acct.tmprl.cloud:7233';
    process.env['TEMPORAL_NAMESPACE'] = 'ml.acct';
    process.env['TEMPORAL_API_KEY'] = 'secret';
    expect(connectionOptions()).toEqual({
      address: 'acct.tmprl.cloud:7233',
      namespace: 'ml.acct',
      options: { address: 'acct.tmprl.cloud:7233', apiKey: 'secret', tls: true },
    });
  });

  it('reads a profile of the configuration file, under the environment and under explicit settings', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-config-'));
    const file = path.join(folder, 'temporal.toml');
    await fs.writeFile(file, '[profile.default]\naddress = "a:1"\n[profile.prod]\naddress = "b:2"\nnamespace = "prod"\n');
    process.env['TEMPORAL_CONFIG_FILE'] = file;
    expect(connectionOptions()).toMatchObject({ address: 'a:1' });
    process.env['TEMPORAL_PROFILE'] = 'prod';
    expect(connectionOptions()).toMatchObject({ address: 'b:2', namespace: 'prod' });
    process.env['TEMPORAL_ADDRESS'] = 'c:3';
    expect(connectionOptions({ namespace: 'other' })).toMatchObject({ address: 'c:3', namespace: 'other' });
    await fs.rm(folder, { recursive: true });
  });

  it('refuses an address without a port', () => {
    expect(() => connectionOptions({ address: 'temporal.example' })).toThrow(
      expect.objectContaining({
        code: 'TEMPORAL_CONFIG_INVALID',
        message: expect.stringContaining('expected host:port, got temporal.example'),
      }),
    );
  });

  it('refuses a configuration file that is not TOML', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-config-'));
    const file = path.join(folder, 'temporal.toml');
    await fs.writeFile(file, '[profile.default\naddress=');
    process.env['TEMPORAL_CONFIG_FILE'] = file;
    expect(() => connectionOptions()).toThrow(expect.objectContaining({ code: 'TEMPORAL_CONFIG_INVALID' }));
    await fs.rm(folder, { recursive: true });
  });
});

describe('connect', () => {
  it('says what to do when nothing listens', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    await expect(connect({ address })).rejects.toMatchObject({
      code: 'TEMPORAL_UNREACHABLE',
      message: expect.stringMatching(/perennial dev.*TEMPORAL_ADDRESS/),
    });
  });
});

describe('cacheFolder', () => {
  it('is PERENNIAL_CACHE, else under XDG_CACHE_HOME, else under the home folder', () => {
    expect(cacheFolder({ PERENNIAL_CACHE: '/x', XDG_CACHE_HOME: '/y', HOME: '/z' })).toBe('/x');
    expect(cacheFolder({ XDG_CACHE_HOME: '/y', HOME: '/z' })).toBe('/y/perennial');
    expect(cacheFolder({ HOME: '/z' })).toBe('/z/.cache/perennial');
  });
});

describe('compressionFor', () => {
  it('packs what goes over a line, and nothing within one machine', () => {
    for (const address of ['127.0.0.1:7233', '127.1.2.3:1', 'localhost:7233', '[::1]:7233']) {
      expect(compressionFor(address)).toEqual({ codec: 'none' });
    }
    for (const address of ['acct.tmprl.cloud:7233', '10.0.0.1:7233', '127.example.com:1']) {
      expect(compressionFor(address)).toEqual({ codec: 'gzip' });
    }
  });
});
