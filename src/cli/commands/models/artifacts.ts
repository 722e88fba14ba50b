import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { ArtifactKind } from '../../../contracts/artifact.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import type { ArtifactStore } from '../../../store/artifacts/artifact-store.js';
import { examples, withJson, withStore } from '../../options/options.js';
import type { JsonFlag, StoreFlags } from '../../options/options.js';
import type { Terminal } from '../../terminal.js';
import type { StoreSetting } from '../../../store/store-setting.js';

type ReadFlags = StoreFlags & JsonFlag;

const ID = '<kind>/<id>, such as monitor-report/0123456789abcdef';

/** `perennial artifacts`: what a dataset, model, evaluation or report in the store consists of, and its files. */
export function artifactsCommand(terminal: Terminal): Command {
  return new Command('artifacts')
    .description('the files of an artifact: datasets, models, evaluations, reports')
    .addCommand(showCommand(terminal))
    .addCommand(getCommand(terminal));
}

function showCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('show')))
    .description('files, facts and inputs of an artifact')
    .argument('<artifact>', ID)
    .addHelpText('after', examples('perennial artifacts show model/0123456789abcdef'))
    .action(async (name: string, flags: ReadFlags) => {
      const { artifacts, kind, id } = await openArtifact(flags.store, name);
      const manifest = await artifacts.manifest({ kind, id });
      if (flags.json === true) {
        terminal.out(JSON.stringify(manifest, null, 2));
        return;
      }
      const table = new Table({ head: ['file', 'bytes', 'type'], style: { head: [], border: [], compact: true } });
      for (const file of manifest.files) table.push([file.name, file.bytes, file.mediaType]);
      terminal.out(table.toString());
      for (const [fact, value] of Object.entries(manifest.meta)) {
        if (typeof value !== 'object' || value === null) terminal.out(`${fact}: ${String(value)}`);
      }
      for (const input of manifest.inputs) terminal.out(`made from ${input.kind}/${input.id}`);
    });
}

function getCommand(terminal: Terminal): Command {
  return withJson(withStore(new Command('get')))
    .description('copy one file of an artifact out of the store, its hash verified')
    .argument('<artifact>', ID)
    .argument('<file>', 'name of the file, such as report.html')
    .option('--out <path>', 'where to; default the file name in this folder')
    .addHelpText('after', examples('perennial artifacts get evaluation/0123456789abcdef report.html --out report.html'))
    .action(async (name: string, file: string, flags: ReadFlags & { readonly out?: string }) => {
      const { artifacts, kind, id } = await openArtifact(flags.store, name);
      const target = resolve(flags.out ?? file);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(await artifacts.localFile({ kind, id }, file), target);
      terminal.out(flags.json === true ? JSON.stringify({ path: target }) : target);
    });
}

async function openArtifact(
  store: StoreSetting,
  name: string,
): Promise<{ readonly artifacts: ArtifactStore; readonly kind: ArtifactKind; readonly id: string }> {
  const [kind, id, ...rest] = name.split('/');
  if (kind === undefined || id === undefined || id === '' || rest.length > 0) {
    throw new PipelineError('CLI_USAGE', { what: `"${name}" names no artifact`, expected: ID });
  }
  const [{ openObjectStore }, { createArtifactStore }] = await Promise.all([
    import('../../../store/open-store.js'),
    import('../../../store/artifacts/create-artifact-store.js'),
  ]);
  const artifacts = createArtifactStore(await openObjectStore(store));
  const ref = await artifacts.find(kind as ArtifactKind, id);
  return { artifacts, kind: ref.kind, id: ref.id };
}
