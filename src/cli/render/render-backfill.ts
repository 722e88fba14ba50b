import Table from 'cli-table3';
import type { PartitionReport } from '../../client/backfills.js';
import type { BackfillStatus } from '../../contracts/entities/backfill.js';

/** One row for each partition. */
export function partitionTable(partitions: readonly PartitionReport[]): string {
  const table = new Table({
    head: ['partition', 'status', 'run', 'seconds', 'metric'],
    style: { head: [], border: [], compact: true },
  });
  for (const { partition, status, workflowId, seconds, metric } of partitions)
    table.push([partition, status, status === 'missing' ? '' : workflowId, seconds?.toFixed(1) ?? '', metric ?? '']);
  return table.toString();
}

/** `12 succeeded, 1 failed of 31`; what is 0 is left out. */
export function countsLine({ counts, total }: BackfillStatus): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return `${parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ')} of ${total}`;
}
