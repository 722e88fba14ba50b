import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { fail, ok } from './check.js';
import type { Check } from './check.js';

/** `@temporalio/proto` and `@temporalio/common` must share one protobufjs 8, else history cannot be read from or written as JSON. */
export const protobufjsCopies: Check = {
  name: 'protobufjs',
  run: () => {
    const copies = copiesSeenBy(import.meta.url, [
      '@temporalio/proto',
      '@temporalio/common',
      '@temporalio/client',
      '@temporalio/worker',
    ]);
    const folders = [...new Set(copies.map((copy) => copy.folder))];
    const versions = [...new Set(copies.map((copy) => copy.version))].join(', ');
    if (folders.length === 1 && versions.startsWith('8.')) return Promise.resolve(ok(`one copy, ${versions}`));
    return Promise.resolve(
      fail(`${folders.length} copies (${versions}): ${folders.join(', ')}`, 'npm install protobufjs@^8.7.1 && npm dedupe'),
    );
  },
};

interface Copy {
  readonly folder: string;
  readonly version: string;
}

/** Which installation of protobufjs each of the packages resolves, seen from a module. */
export function copiesSeenBy(from: string, packages: readonly string[]): readonly Copy[] {
  const resolver = createRequire(from);
  return packages.flatMap((name) => {
    const entry = tryResolve(resolver, name);
    if (entry === null) return [];
    const protobufjs = tryResolve(createRequire(entry), 'protobufjs');
    return protobufjs === null ? [] : [packageOf(protobufjs)];
  });
}

function tryResolve(resolver: NodeJS.Require, name: string): string | null {
  try {
    return resolver.resolve(name);
  } catch {
    return null;
  }
}

function packageOf(entry: string): Copy {
  let folder = path.dirname(entry);
  while (!fs.existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as { readonly version?: string };
  return { folder, version: manifest.version ?? 'unknown' };
}
