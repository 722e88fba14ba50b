import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isAbsent } from '../file-errors.js';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const NAME = /^(?<boot>[0-9a-f]{8})~[0-9a-f]{16}$/;
const FOLDER = 'alive';
/** The system cuts longer paths of sockets, or refuses them. */
const SOCKET_PATH_BYTES = 100;
const BEAT_MS = 10_000;
/** A process of another machine, or from before the last start of this one, is gone after this much silence. */
const SILENT_MS = 600_000;

/**
 * Which of the processes that use one folder still live. A process id does not tell: in a container it is 1 before a restart and after, and two
 * containers with one folder do not see each other's. So each process has a name of its own, and a socket of this name in the folder, on which it
 * listens: on one machine the system itself says whether anybody does, whatever the process is busy with. For processes of other machines
 * that share the folder the time of the socket counts, which is renewed every ten seconds.
 */
export class LivingProcesses {
  readonly #folder: string;
  readonly #own = `${bootName()}~${randomBytes(8).toString('hex')}`;
  #isAnnounced = false;

  constructor(folder: string) {
    this.#folder = path.join(folder, FOLDER);
  }

  /** The name of this process; from now on others see that it lives. */
  own(): string {
    if (!this.#isAnnounced) {
      this.#isAnnounced = true;
      this.#announce();
      setInterval(() => void this.#beat(), BEAT_MS).unref();
      process.once('exit', () => {
        rmSync(this.#fileOf(this.#own), { force: true });
      });
    }
    return this.#own;
  }

  /**
   * Whether the process of a name is gone.
   * @param lastMs - when it last did anything, ms since 1970: what counts when there is no sign of it.
   */
  async isGone(name: string, lastMs: number): Promise<boolean> {
    if (name === this.#own) return false;
    const file = this.#fileOf(name);
    const sign = await fs.lstat(file).catch(() => null);
    if (sign?.isSocket() === true && NAME.exec(name)?.groups?.['boot'] === bootName()) return !(await isHeard(file));
    return Date.now() - (sign?.mtimeMs ?? lastMs) > SILENT_MS;
  }

  /** Removes the signs of processes that ended long ago; their leftovers are recognised without them. */
  async sweep(): Promise<void> {
    for (const name of (await fs.readdir(this.#folder).catch(() => [])).filter((candidate) => NAME.test(candidate))) {
      const sign = await fs.lstat(this.#fileOf(name)).catch(() => null);
      const isOld = sign !== null && Date.now() - sign.mtimeMs > SILENT_MS;
      if (isOld && (await this.isGone(name, 0))) await fs.rm(this.#fileOf(name), { force: true });
    }
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, name);
  }

  #announce(): void {
    const file = this.#fileOf(this.#own);
    // Where no socket can be, a file that is renewed has to do.
    const writeInstead = (): void => {
      writeFileSync(file, '');
    };
    orWarn(file, () => {
      mkdirSync(this.#folder, { recursive: true });
      if (Buffer.byteLength(file) > SOCKET_PATH_BYTES) {
        writeInstead();
        return;
      }
      const server = net.createServer((socket) => {
        socket.destroy();
      });
      server.once('error', () => {
        orWarn(file, writeInstead);
      });
      server.listen(file).unref();
    });
  }

  async #beat(): Promise<void> {
    const now = new Date();
    try {
      await fs.utimes(this.#fileOf(this.#own), now, now);
    } catch (error) {
      // Somebody has cleaned the folder.
      if (isAbsent(error)) this.#announce();
    }
  }
}

/** Without a sign, what this process leaves when it is killed is found only when it is old. */
function orWarn(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    process.emitWarning(`others cannot see in ${file} that this process lives: ${reasonOf(error)}`);
  }
}

/** False when nobody listens; a process that is too busy to answer still does. */
function isHeard(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/** Differs with each start of each machine, where the system tells; else with the machine's name. */
function bootName(): string {
  return createHash('sha256').update(bootText()).digest('hex').slice(0, 8);
}

function bootText(): string {
  try {
    return readFileSync(BOOT_ID, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return os.hostname();
    throw error;
  }
}

const known = new Map<string, LivingProcesses>();

/** One for each folder in this process. */
export function livingProcesses(folder: string): LivingProcesses {
  const processes = known.get(folder) ?? new LivingProcesses(folder);
  known.set(folder, processes);
  return processes;
}
