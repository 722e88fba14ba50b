import { fileURLToPath } from 'node:url';
import { isNativeError } from 'node:util/types';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { messageOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { StepControl } from '../../pipeline/step-control.js';
import type { BoostEnd, BoostState } from './boost.js';
import { bestOf } from './boost.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import type { BoostAnswer, BoostMessage, BoostTask, BoundsTask, EncodeTask, RawFeatures } from './histogram-worker.js';
import type { TrainingRows } from '../trainer-kind.js';
import { planQuantisation } from './quantisation.js';
import type { BinnedRows, FitOptions } from './shared-training.js';
import { allocateTraining, CELLS, sharedBytes, sharedFloats, sharedIntegers } from './shared-training.js';
import { abortTeam, createTeamControl } from './team.js';
import type { Tree, TreeModel } from './tree-model.js';

export interface FitSettings extends FitOptions {
  readonly threads: number;
  /** Forces packed (1) or wide (2) gradients; chosen by the number of rows when left out. */
  readonly lanes?: 1 | 2;
}

export interface FitHooks {
  readonly signal: AbortSignal;
  /** Where to go on; must be of the same fingerprint. */
  readonly start?: BoostState | null;
  readonly evaluated?: (trees: number, trainLoss: number, validLoss: number | null) => void;
  /** Called in order, never twice at a time; of those that come while one is stored only the newest is kept. When it rejects, so does the fit. */
  readonly checkpoint?: (bytes: Uint8Array) => Promise<void>;
  /** Orders of people: the threads end at the next barrier, the order is done, and boosting goes on from the last whole tree. */
  readonly control?: Pick<StepControl, 'between' | 'onOrder' | 'value'>;
}

export interface FitResult {
  readonly model: TreeModel;
  /** Loss before the first tree and after each: log-loss in nats, or root mean squared error. `validLosses` is empty without early stopping. */
  readonly trainLosses: readonly number[];
  readonly validLosses: readonly number[];
  readonly end: Exclude<BoostEnd['end'], 'diverged'>;
  /** Learning rates that a person set, each from this tree on; absent when nobody did. */
  readonly learningRates?: readonly LiveRate[];
}

export type LiveRate = { readonly fromTree: number; readonly learningRate: number };

/**
 * Fits gradient-boosted trees in `threads` worker threads; the caller's thread stays free. The model is a function of rows, parameters
 * and seed: threads, checkpoints and resumption do not change a bit of it.
 * When the signal aborts, the last whole tree is checkpointed, the threads end, and it rejects with the signal's reason.
 * Errors: TRAINING_NOT_FINITE when the loss leaves the range of numbers; TRAINING_THREAD_FAILED.
 */
export async function fitTrees(rows: TrainingRows, settings: FitSettings, hooks: FitHooks): Promise<FitResult> {
  hooks.signal.throwIfAborted();
  const { threads } = settings;
  const filename = fileURLToPath(new URL('./histogram-worker.js', import.meta.url));
  // The threads run plain JavaScript: loaders of the caller (tsx) would only slow them down.
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 1, execArgv: [] });
  try {
    const binned = await binRows(pool, rows, settings, hooks.signal);
    const { answer, rates } = await boostOrdered(pool, binned, settings, hooks);
    return { ...finish(answer, binned.data, settings), ...(rates.length === 0 ? {} : { learningRates: rates }) };
  } catch (error) {
    hooks.signal.throwIfAborted();
    throw threadError(error);
  } finally {
    await pool.destroy();
  }
}

interface Binned {
  readonly data: BinnedRows;
  readonly rowsInBin: number;
}

async function binRows(pool: Piscina, rows: TrainingRows, settings: FitSettings, signal: AbortSignal): Promise<Binned> {
  const { threads, parameters } = settings;
  const { features } = rows;
  const raw: RawFeatures = { rows: rows.rows, trainRows: rows.trainRows, features, values: rows.values };
  const bounds = sharedFloats(features * CELLS);
  const binCounts = sharedIntegers(features);
  const members = Array.from({ length: threads }, (_, index) => index);
  await Promise.all(
    members.map((index) => {
      const mine = Array.from({ length: features }, (_, feature) => feature).filter((feature) => feature % threads === index);
      const task: BoundsTask = { raw, bounds, binCounts, maxBins: parameters.maxBins, features: mine };
      return pool.run(task, { name: 'findBounds', signal }) as Promise<unknown>;
    }),
  );
  const bins = sharedBytes(rows.rows * features);
  const columns = sharedBytes(rows.rows * features);
  const data = { rows: rows.rows, trainRows: rows.trainRows, features, bins, columns, binCounts, bounds, labels: rows.labels };
  const cut = (index: number): number => Math.floor((rows.rows * index) / threads);
  const counts = await Promise.all(
    members.map((index) => {
      const task: EncodeTask = { raw, binned: data, from: cut(index), to: cut(index + 1) };
      return pool.run(task, { name: 'encodeRows', signal }) as Promise<Int32Array>;
    }),
  );
  let rowsInBin = 0;
  for (let cell = 0; cell < features * CELLS; cell += 1) {
    rowsInBin = Math.max(
      rowsInBin,
      counts.reduce((sum, part) => sum + (part[cell] ?? 0), 0),
    );
  }
  return { data, rowsInBin };
}

/** Boosts in one go when nobody orders anything; each order that comes ends the team, is done, and lets the next team go on. */
async function boostOrdered(
  pool: Piscina,
  binned: Binned,
  settings: FitSettings,
  hooks: FitHooks,
): Promise<{ readonly answer: BoostAnswer; readonly rates: readonly LiveRate[] }> {
  const { control } = hooks;
  const { fingerprint, parameters } = settings;
  const rates: LiveRate[] = [];
  for (let start = hooks.start ?? null; ;) {
    const kept = start;
    const order = (await control?.between(() => (kept === null ? null : encodeCheckpoint(fingerprint, kept)))) ?? 'continue';
    if (order === 'stop' && kept !== null && kept.trees.length > 0)
      return { answer: { end: 'stopped', state: bestOf(kept) }, rates };
    const set = control?.value('learningRate');
    const learningRate = typeof set === 'number' ? set : parameters.learningRate;
    if (typeof set === 'number' && rates.at(-1)?.learningRate !== set)
      rates.push({ fromTree: kept?.trees.length ?? 0, learningRate });
    // A stop before the first tree still fits one tree: a model has at least one.
    const trees = order === 'stop' ? 1 : parameters.trees;
    const now = { ...settings, parameters: { ...parameters, learningRate, trees } };
    const answer = await boostInTeam(pool, binned, now, { ...hooks, start });
    if (answer.end !== 'aborted' || control === undefined || hooks.signal.aborted) return { answer, rates };
    start = (answer.checkpoint === null ? null : decodeCheckpoint(fingerprint, answer.checkpoint)) ?? start;
  }
}

async function boostInTeam(
  pool: Piscina,
  { data, rowsInBin }: Binned,
  settings: FitSettings,
  hooks: FitHooks,
): Promise<BoostAnswer> {
  const { threads, lanes, ...options } = settings;
  const control = createTeamControl();
  const quantisation = planQuantisation(rowsInBin, data.trainRows, options.task === 'regression', lanes);
  const shared = allocateTraining({ control, data, options, quantisation }, threads);
  const { port1, port2 } = new MessageChannel();
  const abort = (): void => {
    abortTeam(control);
  };
  const checkpoints = keepNewest(hooks.checkpoint, abort);
  const take = (message: BoostMessage): void => {
    if (message.type === 'checkpoint') checkpoints.offer(message.bytes);
    else hooks.evaluated?.(message.trees, message.trainLoss, message.validLoss);
  };
  port1.on('message', take);
  const forget = hooks.control?.onOrder(abort);
  hooks.signal.addEventListener('abort', abort, { once: true });
  if (hooks.signal.aborted) abort();
  try {
    const answers = Array.from({ length: threads }, (_, index) => {
      const task: BoostTask = { shared, index, threads, start: hooks.start ?? null, port: index === 0 ? port2 : null };
      const transferList = index === 0 ? [port2] : [];
      const answer = pool.run(task, { name: 'boost', transferList }) as Promise<BoostAnswer>;
      return answer.catch((error: unknown) => {
        abort();
        throw error;
      });
    });
    await Promise.allSettled(answers);
    // An answer may come before messages that were sent before it: they have another road.
    for (let left = receiveMessageOnPort(port1); left !== undefined; left = receiveMessageOnPort(port1)) {
      take(left.message as BoostMessage);
    }
    const [first] = await Promise.all(answers);
    if (first === undefined) throw new RangeError('a team has at least one thread');
    if (first.end === 'aborted' && first.checkpoint !== null) checkpoints.offer(first.checkpoint);
    await checkpoints.stored();
    return first;
  } finally {
    forget?.();
    hooks.signal.removeEventListener('abort', abort);
    port1.close();
  }
}

/** Stores checkpoints one after the other; a newer one replaces those that wait. `stored` rejects when one could not be stored. */
function keepNewest(
  store: FitHooks['checkpoint'],
  failed: () => void,
): { offer(bytes: Uint8Array): void; stored(): Promise<void> } {
  let waiting: Uint8Array | null = null;
  let storing: Promise<void> | null = null;
  const storeAll = async (): Promise<void> => {
    for (let bytes = waiting; bytes !== null; bytes = waiting) {
      waiting = null;
      await store?.(bytes);
    }
  };
  return {
    offer: (bytes) => {
      waiting = bytes;
      storing = (storing ?? Promise.resolve()).then(storeAll);
      storing.catch(failed);
    },
    stored: async () => {
      await storing;
    },
  };
}

function finish(answer: BoostAnswer, data: BinnedRows, { task }: FitSettings): FitResult {
  if (answer.end === 'aborted') throw new PipelineError('TRAINING_THREAD_FAILED', { what: 'the training threads were stopped' });
  const { state, end } = answer;
  if (end === 'diverged') {
    throw new PipelineError('TRAINING_NOT_FINITE', {
      what: `the loss is no finite number after ${String(state.trees.length)} trees`,
      where: 'the trainer gbdt',
      received: String(state.trainLosses.at(-1)),
    });
  }
  const trees = state.trees.map(({ bin, ...tree }): Tree => {
    const threshold = bin.map((last, node) => boundOf(data, tree.feature[node] ?? 0, last));
    return { ...tree, threshold };
  });
  const model = { task, baseScore: state.baseScore, features: data.features, trees };
  return { model, trainLosses: state.trainLosses, validLosses: state.validLosses, end };
}

/** The last bin of numbers has no bound: every number goes left, and only missing values go right. */
function boundOf({ bounds, binCounts }: BinnedRows, feature: number, bin: number): number | null {
  return bin < (binCounts[feature] ?? 0) - 1 ? (bounds[feature * CELLS + bin] ?? null) : null;
}

function threadError(error: unknown): unknown {
  const code: unknown = isNativeError(error) && 'code' in error ? error.code : null;
  const message = messageOf(error);
  const outOfMemory = code === 'ERR_WORKER_OUT_OF_MEMORY' || /allocation failed|Invalid array length/i.test(message);
  if (!outOfMemory) return error;
  return new PipelineError('TRAINING_THREAD_FAILED', { what: 'a training thread ran out of memory', cause: error });
}
