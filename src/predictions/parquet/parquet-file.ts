import type { LogColumn, LogType } from '../../contracts/store/prediction-row.js';
import type { ColumnData, EncodedChunk } from './column-chunk.js';
import { encodeChunk, USED_ENCODINGS } from './column-chunk.js';
import { CompactWriter } from './compact-writer.js';

/** Rows, encoded: what a Parquet file is put together from. Groups of the same columns may be put into a file together, in any number. */
export interface RowGroup {
  readonly columns: readonly LogColumn[];
  readonly rows: number;
  readonly chunks: readonly EncodedChunk[];
  readonly byteLength: number;
}

const MAGIC = Buffer.from('PAR1');
const PHYSICAL: Record<LogType, number> = { BOOLEAN: 0, INTEGER: 1, BIGINT: 2, TIMESTAMP: 2, FLOAT: 4, DOUBLE: 5, VARCHAR: 6 };
const CONVERTED_UTF8 = 0;
const LOGICAL = { text: 1, timestamp: 8 } as const;
const MICROSECONDS = 2;
const UNCOMPRESSED = 0;

/** Encodes the rows of all columns, which have `rows` rows each. */
export function encodeRowGroup(data: readonly ColumnData[], rows: number): RowGroup {
  const chunks = data.map((column) => encodeChunk(column, rows));
  return {
    columns: data.map(({ column }) => column),
    rows,
    chunks,
    byteLength: chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0),
  };
}

/** A Parquet file (format 1.0, uncompressed, one page a column and group) of groups that have the same columns; at least one group. */
export function parquetFile(groups: readonly RowGroup[]): Buffer {
  const columns = groups[0]?.columns ?? [];
  let offset = MAGIC.length;
  const placed = groups.map((group) => ({
    group,
    chunks: group.chunks.map((chunk, index) => {
      const start = offset;
      offset += chunk.bytes.length;
      return { column: columns[index], chunk, start };
    }),
  }));
  const footer = new CompactWriter()
    .i32(1, 1)
    .structList(2, [null, ...columns], (writer, column) => {
      if (column === null) writer.text(4, 'predictions').i32(5, columns.length);
      else schemaElement(writer, column);
    })
    .i64(
      3,
      groups.reduce((sum, { rows }) => sum + rows, 0),
    )
    .structList(4, placed, (writer, { group, chunks }) => {
      writer.structList(1, chunks, (inner, { column, chunk, start }) => {
        inner.i64(2, start).struct(3, (meta) => {
          chunkMetadata(meta, column, chunk, start);
        });
      });
      writer.i64(2, group.byteLength).i64(3, group.rows);
    })
    .text(6, 'perennial')
    .finish();
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32LE(footer.length);
  return Buffer.concat([MAGIC, ...groups.flatMap(({ chunks }) => chunks.map(({ bytes }) => bytes)), footer, size, MAGIC]);
}

function schemaElement(writer: CompactWriter, { name, type, required }: LogColumn): void {
  writer
    .i32(1, PHYSICAL[type])
    .i32(3, required ? 0 : 1)
    .text(4, name);
  if (type === 'VARCHAR') {
    writer.i32(6, CONVERTED_UTF8).struct(10, (logical) => logical.struct(LOGICAL.text, () => undefined));
  }
  if (type === 'TIMESTAMP') {
    writer.struct(10, (logical) =>
      logical.struct(LOGICAL.timestamp, (time) =>
        time.flag(1, false).struct(2, (unit) => unit.struct(MICROSECONDS, () => undefined)),
      ),
    );
  }
}

function chunkMetadata(writer: CompactWriter, column: LogColumn | undefined, chunk: EncodedChunk, start: number): void {
  writer
    .i32(1, PHYSICAL[column?.type ?? 'VARCHAR'])
    .i32List(2, USED_ENCODINGS)
    .textList(3, [column?.name ?? ''])
    .i32(4, UNCOMPRESSED)
    .i64(5, chunk.rows)
    .i64(6, chunk.bytes.length)
    .i64(7, chunk.bytes.length)
    .i64(9, start + chunk.dataOffset);
  if (chunk.dataOffset > 0) writer.i64(11, start);
}
