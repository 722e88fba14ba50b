import Table from 'cli-table3';
import { Command } from 'commander';
import type { Alias, ModelVersion } from '../../../contracts/model.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import type { Registry } from '../../../registry/registry.js';
import type { ArtifactStore } from '../../../store/artifacts/artifact-store.js';
import {
  connectionSettings,
  decidedBy,
  examples,
  withConnection,
  withJson,
  withStore,
  withTaskQueue,
} from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags, StoreFlags } from '../../options/options.js';
import { shownStore } from '../../../store/store-setting.js';
import type { Terminal } from '../../terminal.js';
import { ALIASES, TABLE_STYLE, versionLines } from '../../render/render-versions.js';
import { parseWholeNumber } from '../../options/value-options.js';
import type { StoreSetting } from '../../../store/store-setting.js';

type ReadFlags = StoreFlags & JsonFlag;

/** `perennial models`: what is registered in the store. All but `promote` and `rollback` need nothing but the store. */
export function modelsCommand(terminal: Terminal): Command {
  return new Command('models')
    .description('registered models, their versions and history')
    .addCommand(listCommand(terminal))
    .addCommand(showCommand(terminal))
    .addCommand(logCommand(terminal))
    .addCommand(lineageCommand(terminal))
    .addCommand(promoteCommand(terminal))
    .addCommand(rollbackCommand(terminal));
}

function listCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('list')))
    .description('all models with their champion')
    .addHelpText('after', examples('perennial models list', 'perennial models list --json'))
    .action(async (flags: ReadFlags) => {
      const { registry } = await openRegistry(flags.store);
      const rows = await Promise.all((await registry.models()).map((model) => summary(registry, model)));
      if (flags.json === true) terminal.out(JSON.stringify(rows, null, 2));
      else if (rows.length === 0) terminal.out(`No models in ${shownStore(flags.store)}.`);
      else {
        const table = new Table({ head: ['model', 'versions', ...ALIASES], style: TABLE_STYLE });
        for (const row of rows) table.push([row.model, row.versions, ...ALIASES.map((alias) => row.aliases[alias] ?? '')]);
        terminal.out(table.toString());
      }
    });
}

function showCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('show')))
    .description(
      'the versions of a model, or one of them: how it was made, how it was judged; checks the records against the log first',
    )
    .argument('<model>', 'name of the model')
    .argument('[version]', 'number of a version', parseWholeNumber)
    .addHelpText('after', examples('perennial models show flight-delay', 'perennial models show flight-delay 3 --json'))
    .action(async (model: string, version: number | undefined, flags: ReadFlags) => {
      const { registry, artifacts } = await openRegistry(flags.store);
      const versions = version === undefined ? await knownVersions(registry, model) : [await registry.version(model, version)];
      await registry.verifyLog(model);
      const { versionFacts } = await import('../../../registry/version-facts.js');
      const [{ aliases }, log] = await Promise.all([summary(registry, model), registry.log(model)]);
      const known = await Promise.all(
        versions.map(async (entry) => ({ ...entry, ...(await versionFacts(artifacts, entry, log)) })),
      );
      if (flags.json === true) terminal.out(JSON.stringify({ model, aliases, versions: known }, null, 2));
      else for (const line of versionLines(known, aliases)) terminal.out(line);
    });
}

function logCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('log')))
    .description('every registration, promotion, rejection and rollback: who, when, why')
    .argument('<model>', 'name of the model')
    .addHelpText('after', examples('perennial models log flight-delay'))
    .action(async (model: string, flags: ReadFlags) => {
      const { registry } = await openRegistry(flags.store);
      await mustExist(registry, model);
      await registry.verifyLog(model);
      const log = await registry.log(model);
      if (flags.json === true) {
        terminal.out(JSON.stringify(log, null, 2));
        return;
      }
      for (const { n, at, action, version, from, by, reason } of log) {
        const moved = from === null ? `version ${version}` : `version ${from} -> ${version}`;
        terminal.out(`${String(n).padStart(4)}  ${at.slice(0, 19)}  ${action.padEnd(8)}  ${moved}  by ${by}: ${reason}`);
      }
    });
}

function lineageCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('lineage')))
    .description('the artifacts that a version was made from, and those made from it; default the champion')
    .argument('<model>', 'name of the model')
    .argument('[version]', 'number of a version', parseWholeNumber)
    .addHelpText('after', examples('perennial models lineage flight-delay', 'perennial models lineage flight-delay 2'))
    .action(async (model: string, version: number | undefined, flags: ReadFlags) => {
      const { registry, artifacts } = await openRegistry(flags.store);
      const number = version ?? (await championOf(registry, model));
      const { modelLineage } = await import('../../../registry/lineage.js');
      const { renderLineage } = await import('../../../registry/render-lineage.js');
      const lineage = await modelLineage(artifacts, registry, model, number);
      if (flags.json === true) terminal.out(JSON.stringify(lineage, null, 2));
      else {
        const { colours } = terminal;
        terminal.out(`${colours.bold(`${model} version ${number}`)} was made from`);
        terminal.out(renderLineage(lineage.up));
        terminal.out(`\nmade from ${colours.bold(`${model} version ${number}`)}`);
        terminal.out(renderLineage(lineage.down));
      }
    });
}

type MoveFlags = ConnectionFlags & QueueFlags & JsonFlag & { readonly reason: string; readonly by: string };

function rollbackCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withConnection(new Command('rollback'))))
    .description('make the version before the champion again, in the registry and on every endpoint; a worker must run')
    .argument('<model>', 'name of the model')
    .requiredOption('--reason <text>', 'why, kept in the log')
    .addOption(decidedBy())
    .addHelpText('after', examples('perennial models rollback flight-delay --reason "complaints about delays at ORD"'))
    .action((model: string, flags: MoveFlags) => move(terminal, { model }, flags));
}

function promoteCommand(terminal: Terminal): Command {
  return withJson(withTaskQueue(withConnection(new Command('promote'))))
    .description(
      'make a version champion, in the registry and on every endpoint at once, whatever its gate said; a worker must run',
    )
    .argument('<model>', 'name of the model')
    .argument('<version>', 'number of the version', parseWholeNumber)
    .requiredOption('--reason <text>', 'why, kept in the log')
    .addOption(decidedBy())
    .addHelpText('after', examples('perennial models promote flight-delay 3 --reason "the complaints had another cause"'))
    .action((model: string, version: number, flags: MoveFlags) => move(terminal, { model, version }, flags));
}

async function move(
  terminal: Terminal,
  which: { readonly model: string; readonly version?: number },
  flags: MoveFlags,
): Promise<void> {
  const { moveChampion } = await import('../../move-champion.js');
  const { reason, by, taskQueue } = flags;
  const result = await moveChampion({ ...which, reason, by, taskQueue }, connectionSettings(flags));
  const endpoints = result.endpoints.length === 0 ? 'no endpoint served it' : `endpoints ${result.endpoints.join(', ')}`;
  const now = which.version === undefined ? `version ${result.champion} again` : `version ${result.champion}`;
  terminal.out(flags.json === true ? JSON.stringify(result) : `Champion of ${which.model} is ${now}; ${endpoints}.`);
}

async function openRegistry(store: StoreSetting): Promise<{ registry: Registry; artifacts: ArtifactStore }> {
  const [{ openObjectStore }, { createRegistry }, { createArtifactStore }] = await Promise.all([
    import('../../../store/open-store.js'),
    import('../../../registry/create-registry.js'),
    import('../../../store/artifacts/create-artifact-store.js'),
  ]);
  const objects = await openObjectStore(store);
  return { registry: createRegistry(objects), artifacts: createArtifactStore(objects) };
}

async function summary(
  registry: Registry,
  model: string,
): Promise<{ model: string; versions: number; aliases: Readonly<Record<Alias, number | null>> }> {
  const [champion = null, challenger = null, previous = null] = await Promise.all(
    ALIASES.map(async (alias) => (await registry.alias(model, alias))?.record.version ?? null),
  );
  return { model, versions: (await registry.numbers(model)).length, aliases: { champion, challenger, previous } };
}

/** An unknown name gets REGISTRY_VERSION_NOT_FOUND, which lists the models. */
async function knownVersions(registry: Registry, model: string): Promise<readonly ModelVersion[]> {
  const versions = await registry.versions(model);
  return versions.length === 0 ? [await registry.version(model, 1)] : versions;
}

/** As `knownVersions`, without a look at their records. */
async function mustExist(registry: Registry, model: string): Promise<void> {
  if ((await registry.numbers(model)).length === 0) await registry.version(model, 1);
}

async function championOf(registry: Registry, model: string): Promise<number> {
  await mustExist(registry, model);
  const champion = await registry.alias(model, 'champion');
  if (champion !== null) return champion.record.version;
  throw new PipelineError('CLI_USAGE', {
    what: `${model} has no champion`,
    expected: 'the number of a version',
    cure: `perennial models show ${model}`,
  });
}
