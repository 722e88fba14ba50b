import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { PipelineError } from '../errors/pipeline-error.js';

/**
 * Gives the result of a query chunk by chunk, and tells how many rows came before each. The connection must run nothing else meanwhile: the
 * engine would end the result there, as if it had no more rows.
 * @param rows - how many there must be: DATA_QUERY_FAILED for any other number.
 */
export async function streamRows(
  connection: DuckDBConnection,
  sql: string,
  rows: number,
  take: (chunk: DuckDBDataChunk, before: number) => void | Promise<void>,
): Promise<void> {
  const result = await connection.stream(sql);
  let done = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    if (done + chunk.rowCount <= rows) await take(chunk, done);
    done += chunk.rowCount;
  }
  if (done === rows) return;
  throw new PipelineError('DATA_QUERY_FAILED', {
    what: 'the result of a query has another number of rows than what it was made from',
    expected: `${rows} rows`,
    received: String(done),
    details: { sql: sql.slice(0, 2_000) },
  });
}
