import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { once } from 'node:events';

const built = (file: string): string => path.resolve(import.meta.dirname, '../../../dist/src', file);

/** Starts Node on a program that has `store` (opened on `folder`) and `argument`, against the build. `prefix` is a command to run it under. */
export function startChild(program: string, folder: string, argument: string, prefix: readonly string[] = []): ChildProcess {
  const source = `
    import { openObjectStore } from ${JSON.stringify(built('store/open-store.js'))};
    import { createArtifactStore } from ${JSON.stringify(built('store/artifacts/create-artifact-store.js'))};
    import { createRegistry } from ${JSON.stringify(built('registry/create-registry.js'))};
    const [folder, argument] = process.argv.slice(1);
    const store = await openObjectStore(folder);
    ${program}`;
  const command = [...prefix, process.execPath, '--input-type=module', '-e', source, folder, argument];
  return spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** What a child wrote to its standard output until it ended. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await once(child, 'close');
  return output.trim();
}

/** Waits for the first bytes of a child's standard output; fails when it ends without any. */
export async function started(child: ChildProcess): Promise<void> {
  if (child.stdout === null) return;
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('the program ended before it said anything');
  });
  try {
    await Promise.race([once(child.stdout, 'data', { signal: over.signal }), ended]);
  } finally {
    over.abort();
    await ended.catch(() => undefined);
  }
}
