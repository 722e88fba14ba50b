import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { drawTerminal } from 'perennial-ml';
import { connectClient } from 'perennial-ml/client';
import pipeline from '../pipeline.js';
import { FOLDER, LOGS, MODEL, PIPELINE, REPORTS, RUSHED_RELEASE, STORE } from './places.js';
import { Processes } from './processes.js';
import { Screen } from './screen.js';
import { lookBack } from './hindsight.js';
import { badRelease, firstRelease, FLIGHTS_A_WEEK, live } from './story.js';
import { evaluationReports, hindsightTable, modelArtifact, type Summary, versionLines, versionsTable } from './summary.js';
import { Traffic } from './traffic.js';
import { FlightSource } from './weeks.js';

const API_KEY = 'demo-key';
const HELP = `npm run demo -- [--keep] [--json FILE]

  --keep       leave the Temporal server, the worker and the model server running at the end
  --json FILE  also write the summary as JSON`;

const { values: options } = parseArgs({
  options: { keep: { type: 'boolean' }, json: { type: 'string' }, help: { type: 'boolean' } },
});
if (options.help === true) {
  console.log(HELP);
  process.exit(0);
}

await rm(FOLDER, { recursive: true, force: true });
const screen = new Screen();
const processes = new Processes({ PERENNIAL_STORE: STORE, PERENNIAL_API_KEYS: API_KEY });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    screen.close();
    void processes.stopAll().then(() => process.exit(130));
  });
}

try {
  await tellTheStory();
} catch (error) {
  screen.close();
  console.error(error);
  console.error(`\nThe demo failed; the logs of its processes are in ${LOGS}.`);
  process.exitCode = 1;
  await processes.stopAll();
}

async function tellTheStory(): Promise<void> {
  screen.title(`The pipeline (${PIPELINE})`);
  screen.line(drawTerminal(pipeline.plan, { colours: process.stdout.isTTY }));

  screen.title('Starting a Temporal dev server, a worker and a model server');
  screen.doing('finding the Temporal binary and starting a server');
  const temporal = await processes.start('temporal', ['dev', '--db', `${FOLDER}/temporal.db`, '--port', '0', '--ui-port', '0']);
  const { address, uiUrl } = temporal['temporal'] as { address: string; uiUrl: string };
  screen.event(`Temporal at ${address}, UI ${uiUrl}`);
  screen.doing('starting a worker and a model server');
  const [, server] = await Promise.all([
    processes.start('worker', ['worker', PIPELINE, RUSHED_RELEASE], { TEMPORAL_ADDRESS: address }),
    processes.start('model-server', ['serve', '--endpoint', MODEL, '--port', '0', '--log-every', '100 milliseconds']),
  ]);
  screen.event(`worker ready; model server at ${String(server['url'])}`);

  const client = await connectClient({ address });
  const traffic = new Traffic(String(server['url']), MODEL, API_KEY);
  const flights = await FlightSource.open();
  const parts = { client, screen, traffic, flights, stages: [], askedEarly: new Map<string, number>() };
  await firstRelease(parts);
  const { windows, retrains, reports } = await live(parts);
  const rollback = await badRelease(parts);
  await traffic.waitUntilLogged((rows) => {
    screen.doing(`${String(rows)} predictions logged`);
  });
  const logged = await traffic.logged();

  screen.doing('reading the registry');
  const [model = '', log = '', lineage = ''] = await processes.printAll([
    ['models', 'show', MODEL, '--json'],
    ['models', 'log', MODEL, '--json'],
    ['models', 'lineage', MODEL],
  ]);
  const shown: unknown = JSON.parse(model);
  const versions = versionLines(shown, JSON.parse(log));
  screen.doing('asking the model of January about the same flights');
  const january = `${FOLDER}/january.onnx`;
  await processes.print(['artifacts', 'get', modelArtifact(shown, 1), 'model.onnx', '--out', january]);
  const labelled = windows.filter(({ rocAuc }) => rocAuc !== null);
  const hindsight = await lookBack(january, flights, labelled, FLIGHTS_A_WEEK, traffic.scores);
  screen.doing('copying the reports');
  const copied = await processes.printAll(
    [...evaluationReports(shown), ...reports].map(({ name, artifact }) => [
      ...['artifacts', 'get', artifact, 'report.html', '--out', `${REPORTS}/${name}.html`],
    ]),
  );
  const paths = copied.map((printed) => printed.trim());
  const summary: Summary = {
    stages: parts.stages,
    versions,
    windows,
    retrains,
    hindsight,
    rollback,
    predictions: { sent: traffic.sent, answered: traffic.answered, logged, failed: traffic.failed },
    totalSeconds: screen.seconds,
    peakRssBytes: processes.peakRssBytes,
  };
  screen.close();
  show(summary, lineage, paths);
  for (const failure of traffic.failures.slice(0, 5)) console.log(`  failed: ${failure}`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`);
  await client.close();
  if (options.keep === true) {
    const ids = processes.leaveRunning();
    console.log(
      `\nStill running: ${Object.entries(ids)
        .map(([name, pid]) => `${name} (pid ${String(pid)})`)
        .join(', ')}`,
    );
    console.log(`Temporal UI    ${uiUrl}/namespaces/default/workflows/flight-delay-2001-01`);
    console.log('Try next:');
    console.log(`  export TEMPORAL_ADDRESS=${address} PERENNIAL_STORE=${STORE}`);
    console.log('  npx perennial status flight-delay-2001-01');
    console.log(`  npx perennial models show ${MODEL}`);
    console.log(`  curl -s ${String(server['url'])}/v2/models/${MODEL} -H 'Authorization: Bearer ${API_KEY}'`);
    process.exit(0);
  }
  await processes.stopAll();
}

function show(summary: Summary, lineage: string, reports: readonly string[]): void {
  const { predictions } = summary;
  console.log(`\nVersions of ${MODEL}\n${versionsTable(summary.versions)}`);
  console.log(`\nWas it worth it?\n${hindsightTable(summary.hindsight)}`);
  console.log('\nTimeline');
  for (const { atSeconds, text } of screen.timeline) console.log(`${atSeconds.toFixed(0).padStart(5)} s  ${text}`);
  console.log(`\nLineage of the model that is live now\n${lineage}`);
  console.log(
    `Predictions: ${String(predictions.sent)} sent, ${String(predictions.answered)} answered, ${String(predictions.logged)} logged, ${String(predictions.failed)} failed`,
  );
  console.log('\nReports (open them in a browser)');
  for (const report of reports) console.log(`  ${report}`);
  console.log(`\nStore: ${STORE}; logs: ${LOGS}`);
  console.log(
    `${summary.totalSeconds.toFixed(1)} s, at most ${(summary.peakRssBytes / 2 ** 30).toFixed(2)} GiB for all processes together`,
  );
}
