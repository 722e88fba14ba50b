import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const DOOR = pathToFileURL(path.resolve('dist/src/index.js')).href;
const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
/** Prints the address of every module that is imported, however deep. */
const TELL_IMPORTS = dataUrl(`
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); }
`);
/** Prints what those that are no ES modules require, at the end. */
const TELL_ALL = dataUrl(`
  import { createRequire, register } from 'node:module';
  process.on('exit', () => process.stderr.write(Object.keys(createRequire(${JSON.stringify(DOOR)}).cache).join('\\n')));
  register(${JSON.stringify(TELL_IMPORTS)});
`);

/** Temporal, native modules, threads, servers, clouds; and the rooms that are made of them. */
const HEAVY =
  /node_modules.(?:@temporalio|@duckdb|onnxruntime|fastify|piscina|@aws-sdk|@opentelemetry)|dist.src.(?:worker|client|cli|serving|temporal|testing)[\\/]/;

it('the authoring door loads no Temporal, no native module and no thread, however many kinds there are', async () => {
  const { stderr } = await promisify(execFile)(process.execPath, [
    '--import',
    TELL_ALL,
    '--eval',
    `import(${JSON.stringify(DOOR)})`,
  ]);
  const loaded = stderr.split('\n');
  expect(loaded).toContain(DOOR);
  expect(loaded.filter((file) => HEAVY.test(file))).toEqual([]);
  expect(HEAVY.test(import.meta.resolve('@duckdb/node-api'))).toBe(true);
});
