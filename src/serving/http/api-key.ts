import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

function presentedKey(headers: IncomingHttpHeaders): string | null {
  const direct = headers['x-api-key'];
  if (typeof direct === 'string') return direct;
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
  return bearer?.[1] ?? null;
}

/**
 * Checks `Authorization: Bearer KEY` or `X-API-Key: KEY` in a time that depends neither on where a wrong key differs nor on which key
 * is right: hashes of equal length are compared with every key. With no keys configured every request passes.
 */
export function createKeyCheck(keys: readonly string[]): (headers: IncomingHttpHeaders) => boolean {
  const digests = keys.map(digest);
  return (headers) => {
    if (digests.length === 0) return true;
    const presented = digest(presentedKey(headers) ?? '');
    let matches = 0;
    for (const known of digests) matches += timingSafeEqual(known, presented) ? 1 : 0;
    return matches > 0;
  };
}
