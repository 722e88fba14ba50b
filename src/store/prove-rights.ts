import { randomUUID } from 'node:crypto';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import type { ObjectStore } from './port.js';

const NEEDED =
  's3:GetObject, s3:PutObject, s3:DeleteObject on the objects and s3:ListBucket on the bucket; in a folder, reading and writing';

/**
 * Does with a small object all that runs do with theirs: put, put if absent, swap, get, list, delete.
 * @throws PipelineError `STORE_RIGHTS_MISSING` naming everything that is not allowed, `STORE_UNSUPPORTED` when a condition was not honoured,
 *   or whatever else the store answers.
 */
export async function proveRights(objects: ObjectStore): Promise<void> {
  const key = `probes/${randomUUID()}`;
  const denied: { readonly right: string; readonly error: PipelineError }[] = [];
  const attempt = async <Result>(right: string, work: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await work();
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'STORE_DENIED') throw error;
      denied.push({ right, error });
      return null;
    }
  };
  const written = await attempt('put', () => objects.putIfAbsent(key, Buffer.from('1')));
  if (written !== null) {
    await attempt('conditional put', () => proveConditions(objects, key, written.etag));
    const stored = await attempt('get', () => objects.get(key));
    if (stored !== null && stored.bytes.length !== 1) throw unsupported(objects, 'does not give back what was written');
  }
  await attempt('list', () => objects.list(key)[Symbol.asyncIterator]().next());
  await attempt('delete', () => objects.delete(key));
  const [first] = denied;
  if (first === undefined) return;
  throw new PipelineError('STORE_RIGHTS_MISSING', {
    what: `the credentials do not allow: ${denied.map(({ right }) => right).join(', ')} (${first.error.parts.what})`,
    where: `store ${objects.uri}`,
    expected: NEEDED,
    details: { denied: denied.map(({ right }) => right) },
    cause: first.error,
  });
}

async function proveConditions(objects: ObjectStore, key: string, etag: string): Promise<void> {
  if (!(await isRefused(objects.putIfAbsent(key, Buffer.from('2')))))
    throw unsupported(objects, 'does not honour conditional writes');
  // The folder driver's swaps are ours, and would leave a trace of each proof.
  if (objects.localPath(key) !== null) return;
  await objects.putIfMatch(key, Buffer.from('3'), etag);
  if (!(await isRefused(objects.putIfMatch(key, Buffer.from('4'), etag))))
    throw unsupported(objects, 'does not honour conditional writes');
}

async function isRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return false;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_CONFLICT') return true;
    throw error;
  }
}

function unsupported(objects: ObjectStore, what: string): PipelineError {
  return new PipelineError('STORE_UNSUPPORTED', { what: `the store ${what}`, where: `store ${objects.uri}` });
}
