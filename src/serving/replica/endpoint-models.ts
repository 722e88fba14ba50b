import type { Logger } from 'pino';
import type { EndpointConfig, EndpointVariant, VariantHealth } from '../../contracts/model.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import type { LoadedModel } from '../model/loaded-model.js';
import type { RoutedVariant, RoutingTable } from './routing-table.js';
import { checkCompatible } from '../model/signature-check.js';

type LoadModel = (config: EndpointConfig, variant: EndpointVariant) => Promise<LoadedModel>;

type Failure = { readonly message: string; readonly retryable: boolean };

/**
 * The versions that the endpoint's configuration asks for: loads what is missing beside what serves, then replaces the routing table
 * in one assignment, then lets go of what nothing refers to any more. A version that does not load gets no traffic; its share goes to
 * those that do, and when none does the old table goes on serving.
 */
export class EndpointModels {
  readonly #load: LoadModel;
  readonly #log: Logger;
  readonly #changed: () => void;
  readonly #loaded = new Map<string, LoadedModel>();
  readonly #failures = new Map<string, Failure>();
  readonly #draining = new Set<Promise<void>>();
  #table: RoutingTable | null = null;
  #revision = 0;
  #config: EndpointConfig | null = null;
  #work: Promise<void> = Promise.resolve();

  /** @param changed - called after every change of what `health` reports. */
  constructor(load: LoadModel, log: Logger, changed: () => void) {
    this.#load = load;
    this.#log = log;
    this.#changed = changed;
  }

  /** Null until a version is ready. */
  get table(): RoutingTable | null {
    return this.#table;
  }

  /** True when a version failed for a reason that may pass, such as a store that did not answer. */
  get mayRecover(): boolean {
    return [...this.#failures.values()].some((failure) => failure.retryable);
  }

  /** Takes a configuration over; calls follow each other. Never rejects for a version that does not load. */
  apply(config: EndpointConfig): Promise<void> {
    const applied = this.#work.then(() => this.#apply(config));
    this.#work = applied.catch(() => undefined);
    return applied;
  }

  async #apply(config: EndpointConfig): Promise<void> {
    this.#config = config;
    const wanted = config.previous === null ? config.variants : [...config.variants, config.previous];
    const ids = new Set(wanted.map((variant) => versionKey(variant)));
    for (const key of this.#failures.keys()) {
      if (!ids.has(key) || this.#failures.get(key)?.retryable === true) this.#failures.delete(key);
    }
    this.#changed();
    for (const variant of wanted) await this.#ensureLoaded(config, variant);
    this.#flip(config);
    this.#letGo(ids);
    this.#changed();
  }

  async #ensureLoaded(config: EndpointConfig, variant: EndpointVariant): Promise<void> {
    const key = versionKey(variant);
    if (this.#loaded.has(key) || this.#failures.has(key)) return;
    let model: LoadedModel | null = null;
    try {
      model = await this.#load(config, variant);
      const champion = config.variants.find((other) => other.variant === 'champion');
      const reference = champion === undefined ? undefined : this.#loaded.get(versionKey(champion));
      if (variant.variant === 'challenger' && reference !== undefined) checkCompatible(reference, model);
      this.#loaded.set(key, model);
      this.#log.info({ version: variant.version, variant: variant.variant }, 'model version loaded');
    } catch (error) {
      const message = isPipelineError(error) ? `${error.code}: ${error.message}` : reasonOf(error);
      this.#failures.set(key, { message, retryable: isPipelineError(error) && error.retryable });
      if (model !== null) this.#drain(model);
      this.#log.error({ err: error, version: variant.version, variant: variant.variant }, 'model version not loaded');
    }
    this.#changed();
  }

  #flip(config: EndpointConfig): void {
    const variants: RoutedVariant[] = [];
    for (const variant of config.variants) {
      const model = this.#loaded.get(versionKey(variant));
      if (model !== undefined) variants.push({ variant: variant.variant, weight: variant.weight, model });
    }
    const { endpoint, model, revision } = config;
    if (config.variants.length > 0 && !variants.some((variant) => variant.weight > 0)) {
      this.#log.error({ revision }, 'no version of this revision can serve; the revision before it goes on');
      return;
    }
    this.#table = variants.length === 0 ? null : { endpoint, model, revision, variants };
    this.#revision = revision;
  }

  #letGo(wanted: ReadonlySet<string>): void {
    const serving = new Set(this.#table?.variants.map((variant) => variant.model));
    for (const [key, model] of this.#loaded) {
      if (wanted.has(key) || serving.has(model)) continue;
      this.#loaded.delete(key);
      this.#drain(model);
    }
  }

  #drain(model: LoadedModel): void {
    const done = model
      .retire()
      .catch((error: unknown) => {
        this.#log.error({ err: error, version: model.version }, 'model version not released');
      })
      .finally(() => this.#draining.delete(done));
    this.#draining.add(done);
  }

  /** Versions of the configuration in hand, those that serve and those that do not. */
  health(): { readonly revision: number; readonly variants: readonly VariantHealth[] } {
    const variants = (this.#config?.variants ?? []).map((variant): VariantHealth => {
      const key = versionKey(variant);
      const model = this.#loaded.get(key);
      const failure = this.#failures.get(key);
      return {
        version: variant.version,
        variant: variant.variant,
        state: failure !== undefined ? 'failed' : model === undefined ? 'loading' : 'ready',
        error: failure?.message ?? null,
        requests: model?.statistics.requests ?? 0,
        errors: model?.statistics.errors ?? 0,
        p50Ms: model?.statistics.latency.quantile(0.5) ?? null,
        p99Ms: model?.statistics.latency.quantile(0.99) ?? null,
      };
    });
    return { revision: this.#revision, variants };
  }

  /** Takes nothing new and resolves when every version is released. */
  async close(): Promise<void> {
    await this.#work;
    this.#table = null;
    for (const model of this.#loaded.values()) this.#drain(model);
    this.#loaded.clear();
    await Promise.all(this.#draining);
  }
}

const versionKey = (variant: EndpointVariant): string => `${variant.version}/${variant.artifact.id}`;
