import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 in lower-case hex; a string is hashed as UTF-8. */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Hash and size of a file, read as a stream. File-system errors pass through unchanged. */
export async function sha256File(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
