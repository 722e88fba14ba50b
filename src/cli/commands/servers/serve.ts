import { Command } from 'commander';
import { examples, withJson, withRestart, withStore } from '../../options/options.js';
import type { JsonFlag, StoreFlags } from '../../options/options.js';
import { startServing } from '../../start/start-serving.js';
import { tellSupervisor } from '../../supervisor/supervised.js';
import { shownStore } from '../../../store/store-setting.js';
import type { Terminal } from '../../terminal.js';
import { untilInterrupted } from '../../start/until-interrupted.js';
import { parseLength, parsePort } from '../../options/value-options.js';

interface ServeFlags extends StoreFlags, JsonFlag {
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly allowAnonymous?: boolean;
  readonly logEvery?: number;
}

/** `perennial serve --endpoint NAME`: answers predictions with whatever version the endpoint's configuration names. */
export function serveCommand(terminal: Terminal): Command {
  return withRestart(withJson(withStore(new Command('serve'))))
    .description('run a model server for an endpoint; it follows deployments without a restart')
    .requiredOption('--endpoint <name>', 'endpoint of a pipeline (`p.deploy`)')
    .option('--host <address>', 'address to listen on; one beyond this machine needs keys', '127.0.0.1')
    .option('--allow-anonymous', 'listen beyond this machine without keys, because something else keeps strangers out')
    .option('--port <number>', 'port, 0 takes a free one', parsePort, 8080)
    .option('--log-every <time>', "longest time until predictions are in a file of the log (default: '5 seconds')", parseLength)
    .addHelpText(
      'after',
      `\nPERENNIAL_API_KEYS: keys, separated by commas; when set, requests need one of them.${examples('perennial serve --endpoint flight-delay --port 8080')}`,
    )
    .action(async (flags: ServeFlags) => {
      const serving = await startServing(flags, terminal.env);
      terminal.out(
        flags.json === true
          ? JSON.stringify({ ready: true, url: serving.url, endpoint: flags.endpoint, store: shownStore(flags.store) })
          : `Model server listens at ${serving.url}, endpoint ${flags.endpoint}, store ${shownStore(flags.store)}. Ctrl-C stops it.`,
      );
      await tellSupervisor('ready');
      await untilInterrupted();
      if (flags.json !== true) terminal.note('Stopping: open requests are answered first.');
      await serving.close();
    });
}
