/**
 * Records a history of each shape of plan of format 2 and of each workflow beside the runs, from real runs on a dev server:
 * `npm run build && npx tsx test/replay/record-shapes.ts`. Existing files stay as they are: they stand for runs that an older build began.
 * To record one again, delete it first.
 */
import fs from 'node:fs';
import { Client } from '@temporalio/client';
import { createBackfills } from '../../src/client/backfills.js';
import { connectClient } from 'perennial-ml/client';
import { admissionId } from '../../src/contracts/entities/admission.js';
import { backfillId } from '../../src/contracts/entities/backfill.js';
import { continuousTrainingId } from '../../src/contracts/entities/continuous-training.js';
import type { JsonObject } from '../../src/contracts/json.js';
import type { RetrainConfig } from '../../src/contracts/stages/retrain.js';
import { startOnChangeId } from '../../src/contracts/plan/triggers.js';
import { createModelServer } from 'perennial-ml/serving';
import { openObjectStore } from '../../src/store/open-store.js';
import { connect } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/server/dev-server.js';
import { applyTriggers, planTriggers } from '../../src/triggers/apply-triggers.js';
import { createPipelineWorker } from 'perennial-ml/worker';
import { statusOf, temporaryFolder, until } from '../integration/execution-fixtures.js';
import { follower, life, light, patient, plain, ragged, repeated, rich } from './shapes.js';
import { writeHistory } from './write-history.js';
import { fileURLToPath } from 'node:url';

// It writes what the tests stand on: only who runs it means that.
if (process.argv[1] !== fileURLToPath(import.meta.url)) throw new Error('this file records histories: run it, do not import it');

const QUEUE = 'ml';
const DAY_MS = 86_400_000;
const PERIOD = { from: '2001-01-01', to: '2001-01-05' };
const pipelines = [plain, rich, light, patient, ragged, repeated, life, follower];

const folder = await temporaryFolder();
const server = await startDevServer({ uiPort: null });
const objects = await openObjectStore(folder.path);
await applyTriggers(objects, await planTriggers(objects, pipelines, { taskQueue: QUEUE, by: 'recorder' }));
const worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address, identity: 'recorder' });
const running = worker.run();
const connection = await connect({ address: server.address });
const temporal = new Client({ connection, namespace: server.namespace });
const client = await connectClient({ address: server.address });
const models = await createModelServer({ store: folder.path, endpoint: 'life', port: 0, logLevel: 'silent', refreshMs: 50 });
await models.start();

const policy: RetrainConfig = {
  model: 'small',
  pipeline: plain.name,
  on: [{ on: 'cron', expression: '0 3 * * 1', timezone: 'UTC' }],
  debounceMs: 300,
  coolDownMs: 0,
  budget: { runs: 1, perMs: DAY_MS },
  clock: 'event',
  window: { lengthMs: DAY_MS, from: 'from', to: 'to' },
  parameters: {},
};

/** Workflow id by name of the file. */
const recorded = new Map<string, string>();

async function run(workflowId: string, pipeline: (typeof pipelines)[number], parameters: JsonObject = {}): Promise<JsonObject> {
  await client.start(pipeline.name, parameters, { workflowId });
  recorded.set(workflowId, workflowId);
  return (await client.result(workflowId)).results;
}

async function alone(type: string, inputs: JsonObject = {}): Promise<void> {
  const args = [{ pipeline: life.name, params: PERIOD, inputs }];
  await temporal.workflow.execute(type, { taskQueue: QUEUE, workflowId: type, args });
  recorded.set(type, type);
}

async function settled(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds().catch(() => false));) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const reference = (result: unknown): string => {
  const { kind, id } = result as { readonly kind: string; readonly id: string };
  return `${kind}/${id}`;
};

await run('plain', plain);
await run('light', light);
await run('patient', patient);
await run('ragged', ragged);

await client.start('repeated', {}, { workflowId: 'repeated' });
await until(client, 'repeated', ({ status }) => status === 'blocked');
await client.resume('repeated', { step: 'again', action: 'retry' });
await client.result('repeated');
recorded.set('repeated', 'repeated');

await client.start(rich, {}, { workflowId: 'rich', run: { author: 'ada' } });
await until(client, 'rich', (status) => statusOf(status, 'release') === 'waiting');
await client.approve('rich', { step: 'release', by: 'bob' });
await client.result('rich');
recorded.set('rich', 'rich');
for (const name of ['admission', 'admission-bounded']) recorded.set(name, admissionId('pipeline', rich.name));

const results = await run('life', life, PERIOD);
const { evaluation } = results['evaluate'] as { readonly evaluation: unknown };
const model = reference(results['train']);
const features = reference(results['feature']);
const dataset = reference(results['ingest']);
await alone('ingestData');
await alone('validateData', { dataset });
await alone('buildFeatures', { dataset });
await alone('trainModel', { features });
await alone('evaluateModel', { model, features });
await alone('deployModel', { evaluation: reference(evaluation) });
await alone('monitorModel', { endpoint: results['deploy'] ?? null });
await alone('retrainModel');
const instances = Array.from({ length: 40 }, (_, index) => ({ date: '2001-01-05T10:00:00Z', distance: 100 + index }));
const answer = await fetch(`${models.url}/v1/models/life:predict`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ instances }),
});
if (!answer.ok) throw new Error(await answer.text());
// Writes what it has logged.
await models.close();
await temporal.workflow.execute('monitorWindow', {
  taskQueue: QUEUE,
  workflowId: 'monitorWindow',
  args: [{ model: life.name, from: '2001-01-05', to: '2001-01-06', phase: 'drift' }],
});
recorded.set('monitorWindow', 'monitorWindow');

const changes = startOnChangeId({ kind: 'dataset', name: 'flights' });
for (const name of ['startOnChange', 'startOnChange-bounded']) recorded.set(name, changes);
await settled('the run of the follower', async () => {
  const { started } = await temporal.workflow.getHandle(changes).query<{ readonly started: number }>('status');
  return started === 1;
});

const entity = continuousTrainingId('small');
await temporal.workflow.start('continuousTraining', { taskQueue: QUEUE, workflowId: entity, args: [{ model: 'small' }] });
await temporal.workflow.getHandle(entity).executeUpdate('setPolicy', { args: [policy] });
// A window tells the time of the data, which a schedule does not know.
const drift = { column: 'distance', score: 0.2, threshold: 0.1 };
await temporal.workflow
  .getHandle(entity)
  .signal('trigger', { id: 'small/2001-01-08/distance', kind: 'drift', at: '2001-01-09T00:00:00.000Z', ...drift });
await temporal.workflow.execute('retrainTick', { taskQueue: QUEUE, workflowId: 'retrainTick', args: [{ model: 'small' }] });
recorded.set('retrainTick', 'retrainTick');
await temporal.workflow.execute('collectGarbage', {
  taskQueue: QUEUE,
  workflowId: 'collectGarbage',
  args: [{ olderThanMs: 2 * DAY_MS }],
});
recorded.set('collectGarbage', 'collectGarbage');
for (const name of ['continuousTraining', 'continuousTraining-event-time']) recorded.set(name, entity);
await settled('the run of the continuous training', async () => {
  const { started, active } = await client.training('small').status();
  return started === 1 && active === null;
});

await createBackfills(connection, server.namespace, QUEUE).start({
  pipeline: plain.name,
  name: 'days',
  from: '2001-01-01T00:00:00Z',
  to: '2001-01-03T00:00:00Z',
  timezone: 'UTC',
  cut: { by: 'span', every: '1 day', fromParameter: 'from', toParameter: 'to', format: 'date' },
  parameters: {},
  order: 'oldest',
  concurrency: 1,
  rerun: 'failed',
  author: 'ada',
});
recorded.set('backfillPipeline', backfillId(plain.name, 'days'));
await temporal.workflow.getHandle(backfillId(plain.name, 'days')).result();

await settled('the notice of a run', async () => {
  for await (const { workflowId } of temporal.workflow.list({
    query: `WorkflowType = 'deliverNotice' AND ExecutionStatus = 'Completed'`,
  }))
    recorded.set('deliverNotice', workflowId);
  return recorded.has('deliverNotice');
});

for (const [name, workflowId] of recorded)
  if (!fs.existsSync(new URL(`histories/${name}.json`, import.meta.url)))
    await writeHistory(temporal, name, workflowId, folder.path);

await connection.close();
await client.close();
worker.shutdown();
await running;
await server.stop();
await folder.remove();
