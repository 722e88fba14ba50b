import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cacheFolder } from '../src/store/artifacts/cache-folder.js';
import { runCommand } from '../src/temporal/server/run-command.js';

export interface S3Server {
  readonly endpoint: string;
  /** Settings for any AWS tool or child process. */
  readonly env: Readonly<Record<string, string>>;
  /** A fresh bucket. */
  readonly bucket: string;
  /** Ends the server and removes its data; a server named by PERENNIAL_TEST_S3_ENDPOINT is left running. */
  readonly stop: () => Promise<void>;
}

export interface S3Missing {
  readonly unavailable: string;
}

const VERSION = 'v1.8.0';
const PACKAGE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;
/** Without inlining and debugging information the compiler takes half the time. */
const QUICK_BUILD = ['-gcflags=all=-l -dwarf=false', '-ldflags=-s -w'];
const BUILD_LIMIT_MS = 600_000;
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5_000;

/**
 * An S3 server for tests: the one that PERENNIAL_TEST_S3_ENDPOINT names (with the usual AWS credentials), else versitygw on a free port,
 * built once into the cache folder by `go install`. When neither can be had, says so loudly and returns why.
 */
export async function startS3Server(): Promise<S3Server | S3Missing> {
  const named = process.env['PERENNIAL_TEST_S3_ENDPOINT'];
  try {
    if (named !== undefined && named !== '') return await useRunning(named);
    return await startOwn(await findGateway());
  } catch (error) {
    const unavailable = `no S3 server for tests: ${typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)}`;
    say(`SKIPPED: S3 tests. ${unavailable}`);
    return { unavailable };
  }
}

async function useRunning(endpoint: string): Promise<S3Server> {
  const env = {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: process.env['AWS_REGION'] ?? 'us-east-1',
    AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
  return { endpoint, env, bucket: await createBucket(endpoint, env, START_LIMIT_MS), stop: () => Promise.resolve() };
}

async function startOwn(binary: string): Promise<S3Server> {
  const data = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-s3-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: randomBytes(12).toString('hex'),
  };
  const child = spawn(binary, ['--port', `127.0.0.1:${port}`, 'posix', data], {
    env: { PATH: process.env['PATH'] ?? '', ROOT_ACCESS_KEY: env.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: env.AWS_SECRET_ACCESS_KEY },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-2_000)));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(`exit ${signal ?? code ?? 'unknown'}: ${words.trim()}`);
    });
  });
  const endWithParent = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', endWithParent);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', endWithParent);
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(limit);
    await fs.rm(data, { recursive: true, force: true });
  };
  const early = ended.then((reason) => Promise.reject(new Error(`versitygw ended at once (${reason})`)));
  try {
    return { endpoint, env, bucket: await Promise.race([createBucket(endpoint, env, START_LIMIT_MS), early]), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    early.catch(() => undefined);
  }
}

async function findGateway(): Promise<string> {
  const folder = path.join(cacheFolder(process.env), 'bin');
  const binary = path.join(folder, `versitygw-${VERSION}`);
  if (await works(binary)) return binary;
  say(`building ${PACKAGE} with Go into ${folder}; once on this machine, a minute or more`);
  await fs.mkdir(folder, { recursive: true });
  const workshop = await fs.mkdtemp(path.join(folder, 'versitygw-build-'));
  try {
    const built = await runCommand('go', ['install', ...QUICK_BUILD, PACKAGE], {
      env: { ...process.env, CGO_ENABLED: '0', GOBIN: workshop },
      timeoutMs: BUILD_LIMIT_MS,
      onWait: (seconds) => {
        if (seconds % 10 === 0) say(`building versitygw, ${seconds} s`);
      },
    });
    if (built.exitCode !== 0) {
      throw new Error(
        `go install ${PACKAGE} failed (${built.failure}); install Go and allow its module proxy, or set PERENNIAL_TEST_S3_ENDPOINT`,
      );
    }
    await fs.rename(path.join(workshop, 'versitygw'), binary);
    return binary;
  } finally {
    await fs.rm(workshop, { recursive: true, force: true });
  }
}

async function works(binary: string): Promise<boolean> {
  const result = await runCommand(binary, ['--version'], { env: process.env, timeoutMs: START_LIMIT_MS });
  return result.exitCode === 0;
}

/** Asks until the server answers, then makes a bucket. */
async function createBucket(endpoint: string, env: Readonly<Record<string, string>>, limitMs: number): Promise<string> {
  const credentials = { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const region = env['AWS_REGION'] ?? 'us-east-1';
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const end = Date.now() + limitMs;
  try {
    for (;;) {
      try {
        await client.send(new ListBucketsCommand({}));
        break;
      } catch (error) {
        if (Date.now() > end) throw error;
        await wait(100);
      }
    }
    const bucket = `perennial-test-${randomBytes(6).toString('hex')}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  } finally {
    client.destroy();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

function say(line: string): void {
  process.stderr.write(`[s3 for tests] ${line}\n`);
}
