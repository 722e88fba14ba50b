import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const made: string[] = [];

afterAll(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A fresh folder under the system's temporary one, gone when the test file has ended. */
export function testFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `perennial-${name}-`));
  made.push(folder);
  return folder;
}
