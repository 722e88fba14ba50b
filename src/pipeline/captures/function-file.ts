import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { pathOf } from '../../modules/defining-file.js';
import type { AnyFunction, ScopeReader } from './scope-reader.js';

const INLINE_MAP = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;

/** Absolute path of the file that a function was written in, or null when it is part of no file: native code, or made of text. */
export function fileOfFunction(run: AnyFunction, reader: ScopeReader): string | null {
  const place = reader.placeOf(run);
  return place === null ? null : pathOf(reader.scriptOf(place).url);
}

/** `pipeline.ts:12`: where a function was written, by the source map that a loader left, else where Node found it. */
export function writtenAt(run: AnyFunction, reader: ScopeReader): string | null {
  const place = reader.placeOf(run);
  if (place === null) return null;
  const { url, source } = reader.scriptOf(place);
  const file = pathOf(url);
  if (file === null) return null;
  return `${path.relative(process.cwd(), file)}:${originalLine(source, place.line, place.column) + 1}`;
}

function originalLine(source: string, line: number, column: number): number {
  const encoded = INLINE_MAP.exec(source)?.[1];
  if (encoded === undefined) return line;
  const payload = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload;
  const found = new SourceMap(payload).findEntry(line, column);
  return 'originalLine' in found ? found.originalLine : line;
}
