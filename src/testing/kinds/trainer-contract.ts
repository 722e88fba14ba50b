import { aKind, anObject, oneOfWords } from '../../errors/kinds.js';
import { checkCall } from '../../errors/check-call.js';
import assert from 'node:assert/strict';
import type { JsonValue } from '../../contracts/json.js';
import type { Task } from '../../contracts/stages/feature.js';
import { GraphBuilder } from '../../onnx/model-builder.js';
import { openSession } from '../../onnx/session.js';
import type { FeatureMatrix, FittedModel, TrainerConstructor, TrainingRows } from '../../training/trainer-kind.js';
import type { ContractCase } from './contract-case.js';
import { withFitContext } from './fit-context.js';

const ROWS = 400;
const HELD_OUT = 40;
const FEATURES = ['weight', 'age', 'noise'];
/** The runtime computes in float32. */
const TOLERANCE = 1e-4;

/** A small problem that anything which learns can learn: the label follows from the first two features, some values are missing. */
function problem(task: Task): { readonly columns: readonly Float32Array[]; readonly labels: Float32Array } {
  const noise = (row: number, salt: number): number => Math.abs(Math.sin(row * 12.9898 + salt * 78.233) * 43_758.5453) % 1;
  const column = (salt: number): Float32Array => Float32Array.from({ length: ROWS }, (_, row) => 4 * noise(row, salt) - 2);
  const [weight, age, other] = [column(1), column(2), column(3)];
  const truth = Float32Array.from(weight, (value, row) => 2 * value - (age[row] ?? 0) + noise(row, 4) - 0.5);
  for (let row = 0; row < ROWS; row += 25) other[row] = Number.NaN;
  return { columns: [weight, age, other], labels: task === 'binary' ? truth.map((value) => (value > 0 ? 1 : 0)) : truth };
}

function rowsOf({ columns, labels }: ReturnType<typeof problem>, holdOut: boolean): TrainingRows {
  const values = new Float32Array(new SharedArrayBuffer(4 * ROWS * columns.length));
  for (const [feature, column] of columns.entries()) values.set(column, feature * ROWS);
  const shared = new Float32Array(new SharedArrayBuffer(4 * ROWS));
  shared.set(labels);
  return { rows: ROWS, trainRows: holdOut ? ROWS - HELD_OUT : ROWS, features: columns.length, values, labels: shared };
}

/**
 * What `p.train` counts on in a trainer, for any test framework. Each case fits a model of 400 rows and 3 features once or twice.
 * @param settings - those of the constructor; default its defaults.
 */
export function trainerContract<Options>(
  trainer: TrainerConstructor<Options>,
  task: Task,
  settings: Parameters<TrainerConstructor<Options>>[0] = {},
): readonly ContractCase[] {
  checkCall(
    'trainerContract',
    { trainer, task, settings },
    { ...{ trainer: aKind, task: oneOfWords('binary', 'regression'), settings: anObject } },
  );
  const { kind } = trainer;
  const known = problem(task);
  const matrix: FeatureMatrix = { rows: ROWS, columns: known.columns };
  const fit = (threads: number): Promise<FittedModel> =>
    withFitContext((context) => {
      const options = Object.fromEntries<JsonValue>(Object.entries(trainer(settings)).filter(([name]) => name !== 'trainer'));
      return kind.fit(
        { task, featureNames: FEATURES, read: ({ holdOut = false } = {}) => Promise.resolve(rowsOf(known, holdOut)) },
        { options, seed: 7, threads, checkpointEvery: 10, fingerprint: 'contract' },
        context,
      );
    });
  return [
    {
      title: `${kind.name} gives finite scores that learned something`,
      run: async () => {
        const scores = Array.from((await fit(1)).predict(matrix));
        assert.equal(scores.length, ROWS);
        assert.ok(scores.every(Number.isFinite), 'a score is not finite');
        if (task === 'binary')
          assert.ok(
            scores.every((score) => score >= 0 && score <= 1),
            'a score is no probability',
          );
        const mean = known.labels.reduce((sum, label) => sum + label, 0) / ROWS;
        const error = (of: (row: number) => number): number =>
          known.labels.reduce((sum, label, row) => sum + (label - of(row)) ** 2, 0);
        assert.ok(error((row) => scores[row] ?? 0) < 0.8 * error(() => mean), 'no better than the mean of the labels');
      },
    },
    {
      title: `${kind.name} exports a graph that computes its own scores, also of missing values`,
      run: async () => {
        const fitted = await fit(1);
        const served = await scoresOf(fitted, matrix);
        const own = Array.from(fitted.predict(matrix));
        for (const [row, score] of own.entries()) {
          const near = Math.abs(score - (served[row] ?? Number.NaN)) <= TOLERANCE * Math.max(1, Math.abs(score));
          assert.ok(near, `row ${row}: ${score} of the trainer, ${String(served[row])} of the graph`);
        }
      },
    },
    {
      title: `${kind.name} fits the same model for the same seed, whatever the threads`,
      run: async () => {
        const [one, other] = [await fit(1), await fit(2)];
        assert.equal(JSON.stringify(one.record), JSON.stringify(other.record));
        assert.deepEqual(Array.from(one.predict(matrix)), Array.from(other.predict(matrix)));
      },
    },
    {
      title: `${kind.name} keeps a record of plain JSON and finite metrics`,
      run: async () => {
        const { record, metrics } = await fit(1);
        assert.deepEqual(JSON.parse(JSON.stringify(record)), JSON.parse(JSON.stringify({ ...record })));
        assert.ok(JSON.stringify(record).length > 2, 'the record is empty');
        assert.ok(Object.values(metrics).every(Number.isFinite), 'a metric is not finite');
      },
    },
  ];
}

async function scoresOf(fitted: FittedModel, { rows, columns }: FeatureMatrix): Promise<Float32Array> {
  const builder = new GraphBuilder();
  for (const name of FEATURES) builder.input(name, 'float', [null, 1]);
  builder.node('Concat', FEATURES, ['features'], { axis: { i: 1 } });
  const scores = fitted.graph(builder, 'features');
  builder.output(scores, 'float', [null, 1]);
  const session = await openSession(builder.toBytes());
  try {
    return await session.score(
      Object.fromEntries(FEATURES.map((name, at) => [name, columns[at] ?? new Float32Array(rows)])),
      rows,
    );
  } finally {
    await session.release();
  }
}
