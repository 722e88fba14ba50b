import os from 'node:os';
import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_TASK_QUEUE } from '../../contracts/plan/pools.js';
import type { ConnectionSettings } from '../../temporal/connection.js';
import type { StoreSetting } from '../../store/store-setting.js';

export interface ConnectionFlags {
  readonly address?: string;
  readonly namespace?: string;
}

export interface StoreFlags {
  readonly store: StoreSetting;
}

export interface QueueFlags {
  readonly taskQueue: string;
}

export interface PoolFlags {
  readonly pool: readonly string[];
}

export interface JsonFlag {
  readonly json?: boolean;
}

/** A repeatable option: each value is added to the ones before. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `--profile`, once per command; `applySettings` reads it before the command acts. */
export const withProfile = (command: Command): Command =>
  command.options.some((option) => option.long === '--profile')
    ? command
    : command.option('--profile <name>', 'profile of perennial.config.ts (default: PERENNIAL_PROFILE, or the one that it names)');

/** `--address` and `--namespace`; without them Temporal's own environment variables count, then the profile. */
export const withConnection = (command: Command): Command =>
  withProfile(command)
    .option('--address <host:port>', 'Temporal server (default: TEMPORAL_ADDRESS, a profile, or 127.0.0.1:7233)')
    .option('--namespace <name>', 'Temporal namespace (default: TEMPORAL_NAMESPACE, a profile, or "default")');

export const withStore = (command: Command): Command =>
  withProfile(command).addOption(
    new Option('--store <address>', 'object store: a folder or s3://bucket/prefix')
      .env('PERENNIAL_STORE')
      .default('.perennial/store'),
  );

export const withTaskQueue = (command: Command): Command =>
  withProfile(command).addOption(
    new Option('--task-queue <name>', 'task queue of the workers').env('PERENNIAL_TASK_QUEUE').default(DEFAULT_TASK_QUEUE),
  );

/** `--pool`, of commands that run a worker. */
export const withPools = (command: Command): Command =>
  command.option(
    '--pool <name>',
    'take the steps of this pool of the profile, as many at once as it has devices; repeatable',
    collect,
    [],
  );

/** `--no-restart`, of commands that keep running; the supervisor reads it before the command does. */
export const withRestart = (command: Command): Command =>
  command.option('--no-restart', 'end when its process crashes, because something else starts it again (systemd, Kubernetes)');

export const withJson = (command: Command): Command => command.option('--json', 'print JSON instead of text');

export const connectionSettings = (flags: ConnectionFlags): ConnectionSettings => ({
  ...(flags.address === undefined ? {} : { address: flags.address }),
  ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
});

/** The closing lines of a command's help. */
export const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

/** `--by`: who decides. */
export const decidedBy = (): Option =>
  new Option('--by <name>', 'who decides, kept in the record')
    .env('PERENNIAL_USER')
    .default(os.userInfo().username, 'the user of this machine');
