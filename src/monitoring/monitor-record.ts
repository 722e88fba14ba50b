import type { MonitorRecord } from '../contracts/entities/monitoring.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { getIfThere, parseRecord, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';

const MAX_TRIES = 5;
const MEMBERS = ['config', 'pipeline', 'workflowId', 'updatedAt'] as const;
const recordKey = (model: string): string => `monitors/${model}/config.json`;

/** MONITOR_NOT_CONFIGURED. */
export async function readMonitor(objects: ObjectStore, model: string): Promise<MonitorRecord> {
  const stored = await getIfThere(objects, recordKey(model));
  if (stored === null)
    throw new PipelineError('MONITOR_NOT_CONFIGURED', { what: `model ${model} has no monitor`, where: objects.uri });
  return parseRecord<MonitorRecord>(stored.bytes, recordKey(model), MEMBERS);
}

/** Records the monitor of a model by compare-and-swap. Nothing is written when the same is recorded already. MONITOR_WRITE_CONFLICT. */
export async function writeMonitor(objects: ObjectStore, record: MonitorRecord): Promise<void> {
  const key = recordKey(record.config.model);
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const stored = await getIfThere(objects, key);
    const present = stored === null ? null : parseRecord<MonitorRecord>(stored.bytes, key, MEMBERS);
    if (present?.pipeline === record.pipeline && canonicalJson(present.config) === canonicalJson(record.config)) return;
    try {
      if (stored === null) await objects.putIfAbsent(key, recordBytes(record));
      else await objects.putIfMatch(key, recordBytes(record), stored.etag);
      return;
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'STORE_CONFLICT') throw error;
    }
  }
  throw new PipelineError('MONITOR_WRITE_CONFLICT', {
    what: `the monitor of ${record.config.model} could not be recorded in ${MAX_TRIES} tries`,
  });
}
