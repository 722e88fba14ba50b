import fs from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../../contracts/json.js';

/** What a program says of its own failure. */
export type ToldFailure = { readonly message: string; readonly retryable: boolean };

const LONGEST = 4_096;

/** `output/failure.json` (`{ message, retryable }`), else SageMaker's `output/failure` (text); null when the program left neither. */
export async function readFailure(output: string): Promise<ToldFailure | null> {
  const json = await readStart(path.join(output, 'failure.json'));
  if (json !== null) return parseFailure(json);
  const text = await readStart(path.join(output, 'failure'));
  return text === null || text.trim() === '' ? null : { message: text.trim(), retryable: false };
}

/** A file that is no such object is a message as it stands. */
export function parseFailure(text: string): ToldFailure {
  try {
    const { message, retryable } = JSON.parse(text) as JsonObject;
    return { message: typeof message === 'string' ? message : text.trim(), retryable: retryable === true };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return { message: text.trim(), retryable: false };
    throw error;
  }
}

async function readStart(file: string): Promise<string | null> {
  const handle = await fs.open(file, 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
