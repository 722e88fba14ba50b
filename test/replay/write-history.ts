import fs from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { scrub } from './scrub.js';

/** Keeps the history of a workflow as `histories/<name>.json`, an event a line, without who ran it and where. */
export async function writeHistory(client: Client, name: string, workflowId: string, folder: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const { events } = scrub(JSON.parse(historyToJSON(history)), folder) as { readonly events: readonly unknown[] };
  const lines = events.map((event) => JSON.stringify(event)).join(',\n');
  await fs.writeFile(new URL(`histories/${name}.json`, import.meta.url), `{"events":[\n${lines}\n]}\n`);
}
