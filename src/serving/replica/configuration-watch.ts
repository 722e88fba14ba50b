import type { Logger } from 'pino';
import type { EndpointConfig } from '../../contracts/model.js';
import type { ObjectStore } from '../../store/port.js';

/** How often a version that failed for a passing reason is tried again, ms. */
const RECOVERY_MS = 5_000;
/** A store that is looked at no more often than this, ms, bills its requests. */
const REMOTE_MS = 1_000;
/** To such a store: after so many looks that found nothing new while one version has all traffic, the pauses are so many times as long. */
const RESTING = { looks: 30, times: 3 };

interface WatchParts {
  readonly objects: ObjectStore;
  readonly key: string;
  readonly refreshMs: number;
  readonly read: () => Promise<EndpointConfig | null>;
  readonly apply: (config: EndpointConfig) => Promise<void>;
  /** True while something that failed is worth another try. */
  readonly mayRecover: () => boolean;
  /** True while one version has all traffic: no roll-out is under way. */
  readonly isSettled: () => boolean;
  readonly log: Logger;
}

/**
 * Follows the endpoint's configuration in the store by its etag: every `refreshMs`, and at rest, in a store that bills requests, every third time
 * of that. A store that does not answer leaves what serves as it is.
 */
export class ConfigurationWatch {
  readonly #parts: WatchParts;
  #etag: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  #triedAt = -Infinity;
  #looksInVain = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  start(): void {
    const look = async (): Promise<void> => {
      try {
        await this.refresh();
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'endpoint configuration not read; the last one goes on');
      }
      this.#arm(look);
    };
    this.#arm(look);
  }

  #arm(look: () => Promise<void>): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void look(), this.#pauseMs());
    this.#timer.unref();
  }

  #pauseMs(): number {
    const { refreshMs, isSettled, mayRecover } = this.#parts;
    const rests = refreshMs >= REMOTE_MS && this.#looksInVain >= RESTING.looks && isSettled() && !mayRecover();
    return rests ? RESTING.times * refreshMs : refreshMs;
  }

  /** Resolves when the configuration that is in the store now is in force (or reported as failed). Rejects when it cannot be read. */
  refresh(): Promise<void> {
    const refreshed = this.#work.then(() => this.#refresh());
    this.#work = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #refresh(): Promise<void> {
    const info = await this.#parts.objects.head(this.#parts.key);
    const again = this.#parts.mayRecover() && performance.now() - this.#triedAt >= RECOVERY_MS;
    this.#looksInVain += 1;
    if (info === null || (info.etag === this.#etag && !again)) return;
    this.#looksInVain = 0;
    const config = await this.#parts.read();
    if (config === null) return;
    this.#triedAt = performance.now();
    await this.#parts.apply(config);
    this.#etag = info.etag;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#work;
  }
}
