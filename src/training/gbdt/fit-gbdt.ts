import type { GbdtSettings } from '../../contracts/stages/train.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { FitContext, FitTask, FittedModel, TrainingData } from '../trainer-kind.js';
import type { BoostState } from './boost.js';
import { decodeCheckpoint } from './checkpoint.js';
import { type FitResult, fitTrees } from './fit.js';
import { appendTrees } from './tree-graph.js';
import { predictTrees } from './tree-model.js';

const WHY_EARLY: { readonly [End in Exclude<FitResult['end'], 'finished'>]: string } = {
  'no-gain': 'no split improves the loss',
  'stopped-early': 'the loss on the newest rows no longer falls',
  stopped: 'it was stopped by order',
};

/** Boosts trees on the rows of a feature set, from the last checkpoint on when there is one. */
export async function fitGbdt(data: TrainingData, task: FitTask<GbdtSettings>, context: FitContext): Promise<FittedModel> {
  const { options, ...settings } = task;
  const { maxRows, earlyStopping, minRowsInLeaf, trees: wanted } = options;
  context.progress(0, wanted, 'reading the training rows');
  const rows = await data.read({ maxRows, holdOut: earlyStopping > 0, leastRows: 2 * minRowsInLeaf });
  context.progress(0, wanted, `cutting ${rows.features} features into bins`);
  const fitted = await fitTrees(
    rows,
    { ...settings, task: data.task, parameters: options },
    {
      signal: context.signal,
      start: await restoredState(task.fingerprint, context),
      checkpoint: (bytes) => context.checkpoint(bytes),
      control: context.control,
      evaluated: (trees, trainLoss, validLoss) => {
        const onNewest = validLoss === null ? '' : `, ${validLoss.toPrecision(6)} on the newest rows`;
        context.progress(trees, wanted, `train ${lossName(data.task)} ${trainLoss.toPrecision(6)}${onNewest}`);
      },
    },
  );
  const trees = fitted.model.trees.length;
  if (fitted.end !== 'finished') context.log.info(`training ended early: ${WHY_EARLY[fitted.end]}`, { trees });
  const rate = fitted.learningRates?.at(-1)?.learningRate;
  if (rate !== undefined) context.metric('learning_rate', rate);
  return {
    graph: (builder, features) => appendTrees(builder, features, fitted.model),
    predict: (matrix) => predictTrees(fitted.model, matrix),
    metrics: lossMetrics(data.task, fitted),
    record: fitted,
    trees,
  };
}

async function restoredState(fingerprint: string, context: FitContext): Promise<BoostState | null> {
  const bytes = await context.restore();
  if (bytes === null) return null;
  const state = decodeCheckpoint(fingerprint, bytes);
  context.metric('resumed_trees', state?.trees.length ?? 0);
  if (state === null) context.log.warn('the checkpoint is of other data or options and is left alone', { bytes: bytes.length });
  else context.log.info('training goes on from a checkpoint', { trees: state.trees.length });
  return state;
}

const lossName = (task: Task): string => (task === 'binary' ? 'log_loss' : 'rmse');

function lossMetrics(task: Task, { trainLosses, validLosses }: FitResult): FittedModel['metrics'] {
  const valid = validLosses.at(-1);
  return {
    [`train_${lossName(task)}`]: trainLosses.at(-1) ?? 0,
    ...(valid === undefined ? {} : { [`valid_${lossName(task)}`]: valid }),
  };
}
