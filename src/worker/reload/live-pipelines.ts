import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pipelineCode, wholeCodeHash } from '../../cache/code/pipeline-code.js';
import { shortHash } from '../../contracts/plan.js';
import { thrownText } from '../../errors/describe-thrown.js';
import type { Pipeline } from '../../pipeline/pipeline.js';
import { importAnew } from '../../modules/import-module.js';
import { createCatalog, type PipelineCatalog } from '../plans/pipeline-catalog.js';
import { type ShelvedStep, StepShelf } from './step-shelf.js';
import { WatchedFiles } from './watched-files.js';

/** How long an edited file stays unseen at most. */
const LOOK_EVERY_MS = 1_000;

/** How a worker reloads pipelines whose files change. */
export type Reloading = {
  /** Files whose default exports the pipelines are. */
  readonly files: readonly string[];
  /** Told in words what was loaded again, or why it could not be. */
  readonly tell: (news: string) => void;
  /** Called before the first run takes what is new. */
  readonly renewed: () => void;
};

/** The pipelines of a worker. With `reloading` they are loaded again when their files change: new runs take the new plans, runs under way keep theirs. */
export class LivePipelines {
  readonly shelf = new StepShelf();
  readonly #catalog: Map<string, Pipeline>;
  readonly #stepsOf: (pipeline: Pipeline) => readonly ShelvedStep[];
  readonly #reloading: Reloading | null;
  readonly #files: WatchedFiles;
  #looks: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  /** @throws PipelineError `AUTHORING_INVALID_PIPELINE`, `EXECUTION_UNKNOWN_STEP`. */
  constructor(
    pipelines: readonly Pipeline[],
    stepsOf: (pipeline: Pipeline, live: LivePipelines) => readonly ShelvedStep[],
    reloading: Reloading | null,
  ) {
    this.#catalog = new Map(createCatalog(pipelines));
    this.#stepsOf = (pipeline) => stepsOf(pipeline, this);
    this.#reloading = reloading;
    this.#files = new WatchedFiles((reloading?.files ?? []).map((file) => path.resolve(file)));
    // Now, while the files on disk are those that were loaded.
    for (const pipeline of this.#catalog.values()) void pipelineCode(pipeline);
    this.shelf.add([...this.#catalog.values()].flatMap(this.#stepsOf));
  }

  /** The same object always, with the newest versions. */
  get catalog(): PipelineCatalog {
    return this.#catalog;
  }

  readonly isCurrent = (pipeline: Pipeline): boolean => this.#catalog.get(pipeline.name) === pipeline;

  /** Begins to look for changes. */
  async watch(): Promise<void> {
    if (this.#reloading === null) return;
    await this.#files.haveChanged();
    this.#timer = setInterval(() => void this.refresh(), LOOK_EVERY_MS).unref();
  }

  /** Loads what has changed. A file that cannot be loaded changes nothing. */
  readonly refresh = (): Promise<void> => {
    this.#looks = this.#looks.then(() => this.#look());
    return this.#looks;
  };

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#looks;
  }

  async #look(): Promise<void> {
    if (this.#reloading === null || !(await this.#files.haveChanged())) return;
    const { files, tell, renewed } = this.#reloading;
    try {
      const found = createCatalog(await pipelinesOf(files));
      const steps = [...found.values()].flatMap(this.#stepsOf);
      const news = await changesBetween(this.#catalog, found);
      if (news.length === 0) return;
      this.#catalog.clear();
      for (const [name, pipeline] of found) this.#catalog.set(name, pipeline);
      this.shelf.add(steps);
      renewed();
      tell(`loaded anew: ${news.join(', ')}; runs under way keep their plans`);
    } catch (error) {
      tell(`a pipeline file was changed and cannot be loaded; what was loaded before stays: ${thrownText(error)}`);
    }
  }
}

async function pipelinesOf(files: readonly string[]): Promise<readonly Pipeline[]> {
  const modules = await importAnew(files.map((file) => pathToFileURL(path.resolve(file)).href));
  return modules.map((module, index) => {
    const exported = 'default' in module ? module.default : undefined;
    if (typeof exported === 'object' && exported !== null && 'plan' in exported && 'functions' in exported)
      return exported as Pipeline;
    throw new Error(`${files[index] ?? ''} has no pipeline as its default export`);
  });
}

/** In words; none when only the text of a file has changed, not what it says. */
async function changesBetween(before: PipelineCatalog, after: PipelineCatalog): Promise<readonly string[]> {
  const changes = await Promise.all(
    [...after].map(async ([name, pipeline]) => {
      const old = before.get(name);
      if (old === undefined) return `${name} (new)`;
      if (old.plan.hash !== pipeline.plan.hash)
        return `${name} (plan ${shortHash(old.plan.hash)} is ${shortHash(pipeline.plan.hash)} now)`;
      return (await wholeCodeHash(old)) === (await wholeCodeHash(pipeline)) ? null : `${name} (code)`;
    }),
  );
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} (no more)`);
  return [...changes.filter((change) => change !== null), ...gone];
}
