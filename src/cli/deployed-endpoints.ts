import type { ModelServer } from '../serving/create-model-server.js';
import { thrownText } from '../errors/describe-thrown.js';
import { isFolder, type StoreSetting } from '../store/store-setting.js';

/** How long a deployment waits for its server at most, in a folder; a store that bills requests is asked less often. */
const LOOK_EVERY_MS = 1_000;
const LOOK_ELSEWHERE_EVERY_MS = 10_000;
/** Ports that are tried for one server. */
const MOST_PORTS = 100;

export type EndpointServing = {
  readonly store: StoreSetting;
  /** Port of the first server; the others take the next ones. 0: each takes a free port. */
  readonly firstPort: number;
  start(endpoint: string, port: number): Promise<ModelServer>;
  /** Names of the endpoints that something is deployed to, in order. */
  deployed(): Promise<readonly string[]>;
  tell(news: string): void;
};

/** One model server for each endpoint that something is deployed to, started when that happens. */
export class DeployedEndpoints {
  readonly #serving: EndpointServing;
  readonly #servers = new Map<string, ModelServer>();
  #nextPort: number;
  #trouble = '';
  #looks: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(serving: EndpointServing) {
    this.#serving = serving;
    this.#nextPort = serving.firstPort;
  }

  /** Serves what is deployed already, and from then on what will be. */
  async watch(): Promise<void> {
    const everyMs = isFolder(this.#serving.store) ? LOOK_EVERY_MS : LOOK_ELSEWHERE_EVERY_MS;
    await this.#look();
    this.#timer = setInterval(() => {
      this.#looks = this.#looks.then(() => this.#look());
    }, everyMs).unref();
  }

  /** By endpoint. */
  get urls(): { readonly [endpoint: string]: string } {
    return Object.fromEntries([...this.#servers].map(([endpoint, { url }]) => [endpoint, url]));
  }

  /** @throws what the server throws that cannot start. */
  async serve(endpoint: string): Promise<string> {
    const server = await this.#startOnFreePort(endpoint);
    this.#servers.set(endpoint, server);
    return server.url;
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#looks;
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }

  async #look(): Promise<void> {
    try {
      for (const endpoint of await this.#serving.deployed()) {
        if (this.#servers.has(endpoint)) continue;
        this.#serving.tell(`model server of ${endpoint}: ${await this.serve(endpoint)}`);
      }
      this.#trouble = '';
    } catch (error) {
      const trouble = `what is deployed is not served yet: ${thrownText(error)}`;
      if (trouble !== this.#trouble) this.#serving.tell(trouble);
      this.#trouble = trouble;
    }
  }

  async #startOnFreePort(endpoint: string): Promise<ModelServer> {
    for (let tries = 1; ; tries++) {
      const port = this.#nextPort;
      if (port !== 0) this.#nextPort += 1;
      try {
        return await this.#serving.start(endpoint, port);
      } catch (error) {
        if (!isPortTaken(error) || port === 0 || tries === MOST_PORTS) throw error;
      }
    }
  }
}

function isPortTaken(error: unknown): boolean {
  for (let link = error; typeof link === 'object' && link !== null; link = 'cause' in link ? link.cause : null) {
    if ('code' in link && link.code === 'EADDRINUSE') return true;
  }
  return false;
}
