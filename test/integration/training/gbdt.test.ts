import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';
import { openSession } from '../../../src/onnx/session.js';
import { decodeCheckpoint } from '../../../src/training/gbdt/checkpoint.js';
import type { FitResult } from '../../../src/training/gbdt/fit.js';
import { appendTrees } from '../../../src/training/gbdt/tree-graph.js';
import type { TreeModel } from '../../../src/training/gbdt/tree-model.js';
import { predictTrees } from '../../../src/training/gbdt/tree-model.js';
import type { Synthetic } from '../../unit/training/synthetic.js';
import { areaUnderCurve, fit, rootMeanSquare, synthetic } from '../../unit/training/synthetic.js';

type Golden = { readonly [name: string]: { readonly auc: number; readonly logLoss: number; readonly rmse: number } };
const golden = JSON.parse(readFileSync(new URL('./lightgbm.golden.json', import.meta.url), 'utf8')) as Golden;
const binary = synthetic('binary', 6_000, 1);
const unseen = synthetic('binary', 4_000, 2);

let classified: FitResult;
let predicted: FitResult;
beforeAll(async () => {
  const regression = synthetic('regression', 6_000, 1);
  [classified, predicted] = await Promise.all([fit(binary), fit(regression, { task: 'regression', parameters: { trees: 80 } })]);
});

async function onnxScores(model: TreeModel, { rows, columns }: Synthetic): Promise<Float64Array> {
  const builder = new GraphBuilder();
  const names = columns.map((_, feature) => `f${String(feature)}`);
  for (const name of names) builder.input(name, 'float', [null, 1]);
  builder.node('Concat', names, ['features'], { axis: { i: 1 } });
  builder.output(appendTrees(builder, 'features', model), 'float', [null, 1]);
  const session = await openSession(builder.toBytes());
  const scores = await session.score(Object.fromEntries(names.map((name, feature) => [name, columns[feature]!])), rows);
  await session.release();
  return Float64Array.from(scores);
}

function largestGap(a: Float64Array, b: Float64Array): number {
  return a.reduce((gap, value, row) => Math.max(gap, Math.abs(value - b[row]!)), 0);
}

describe('gbdt against LightGBM', () => {
  it('ranks unseen rows as well as LightGBM', () => {
    const auc = areaUnderCurve(unseen.labels, predictTrees(classified.model, unseen));
    expect(auc).toBeGreaterThan(golden['binary']!.auc - 0.004);
    expect(auc).toBeLessThan(golden['binary']!.auc + 0.01);
  });

  it('does so with l2, larger leaves and fewer bins', async () => {
    const { model } = await fit(binary, { parameters: { trees: 60, leaves: 31, l2: 10, minRowsInLeaf: 50, maxBins: 63 } });
    const auc = areaUnderCurve(unseen.labels, predictTrees(model, unseen));
    expect(Math.abs(auc - golden['binaryRegularised']!.auc)).toBeLessThan(0.005);
  });

  it('predicts numbers as well as LightGBM', () => {
    const other = synthetic('regression', 4_000, 2);
    const rmse = rootMeanSquare(other.labels, predictTrees(predicted.model, other));
    expect(Math.abs(rmse / golden['regression']!.rmse - 1)).toBeLessThan(0.01);
  });
});

describe('gbdt', () => {
  it('does not run away from a handful of positive rows', async () => {
    const rows = synthetic('binary', 4_000, 5);
    const labels = rows.labels.map((_, row) => (row % 800 === 7 ? 1 : 0));
    const { trainLosses } = await fit({ ...rows, labels }, { parameters: { trees: 60, minRowsInLeaf: 5 } });
    const [first = 0] = trainLosses;
    expect(Math.max(...trainLosses)).toBeLessThanOrEqual(first * 1.05);
    expect(trainLosses.at(-1)).toBeLessThan(first);
  });

  it('gives the same model, to the bit, with one and three threads', async () => {
    const rows = synthetic('binary', 12_000, 3);
    const settings = { parameters: { trees: 6, leaves: 31, featureFraction: 0.6, earlyStopping: 4 }, trainRows: 10_800 };
    const [one, three] = await Promise.all([1, 3].map((threads) => fit(rows, { ...settings, threads })));
    expect(one!.model.trees).toHaveLength(6);
    expect(three).toEqual(one);
  });

  it('draws features by the seed, and the same ones for the same seed', async () => {
    const few = { parameters: { trees: 3, featureFraction: 0.5 } };
    const first = await fit(binary, few);
    expect(await fit(binary, few)).toEqual(first);
    expect((await fit(binary, { ...few, seed: 8 })).model).not.toEqual(first.model);
  });

  it('lowers the training loss with every tree', () => {
    for (const [{ trainLosses }, trees] of [[classified, 40] as const, [predicted, 80] as const]) {
      expect(trainLosses).toHaveLength(trees + 1);
      for (let tree = 1; tree <= trees; tree += 1) expect(trainLosses[tree]).toBeLessThan(trainLosses[tree - 1]!);
    }
  });

  it('loses next to nothing to packing gradient and hessian into one number', async () => {
    const many = synthetic('binary', 30_000, 4);
    const constant = new Float32Array(30_000);
    const crowded = { ...many, columns: [...many.columns, constant] };
    const probe = { rows: unseen.rows, columns: [...unseen.columns, constant] };
    const [packed, wide] = await Promise.all([
      fit(crowded, { lanes: 1, parameters: { trees: 12 } }),
      fit(crowded, { lanes: 2, parameters: { trees: 12 } }),
    ]);
    const [a, b] = [packed, wide].map(({ model }) => areaUnderCurve(unseen.labels, predictTrees(model, probe)));
    expect(packed.model).not.toEqual(wide.model);
    expect(Math.abs(a! - b!)).toBeLessThan(0.001);
  });

  it('learns where missing values belong, on either side', async () => {
    for (const labelOfMissing of [0, 1]) {
      const column = Float32Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? Number.NaN : row));
      const labels = Float32Array.from(column, (value) => (Number.isNaN(value) ? labelOfMissing : Number(value > 200)));
      const { model } = await fit(
        { rows: 400, columns: [column], labels },
        { parameters: { trees: 20, leaves: 3, learningRate: 0.5 } },
      );
      const [missing, low, high] = predictTrees(model, { rows: 3, columns: [Float32Array.of(Number.NaN, 3, 399)] });
      expect(Math.abs(missing! - labelOfMissing)).toBeLessThan(0.05);
      expect(low).toBeLessThan(0.05);
      expect(high).toBeGreaterThan(0.95);
    }
  });

  it('splits missing from present where nothing else tells them apart', async () => {
    const column = Float32Array.from({ length: 200 }, (_, row) => (row % 4 === 0 ? Number.NaN : 1));
    const labels = Float32Array.from(column, (value) => Number(Number.isNaN(value)));
    const { model } = await fit({ rows: 200, columns: [column], labels }, { parameters: { trees: 1, leaves: 2 } });
    expect(model.trees[0]).toMatchObject({ threshold: [null], missingLeft: [false] });
    const probe = { rows: 3, columns: [Float32Array.of(Number.NaN, 1, Infinity)], labels: new Float32Array(3) };
    const [missing, present, infinite] = predictTrees(model, probe);
    expect(missing).toBeGreaterThan(present!);
    expect(infinite).toBe(present);
    expect(largestGap(await onnxScores(model, probe), predictTrees(model, probe))).toBeLessThan(1e-6);
  });

  it('keeps minRowsInLeaf rows in every leaf of a regression', async () => {
    const rows = synthetic('regression', 3_000, 5);
    const { model } = await fit(rows, { task: 'regression', parameters: { trees: 5, minRowsInLeaf: 100 } });
    for (const tree of model.trees) {
      const counts = new Map<number, number>();
      const alone = { ...model, baseScore: 0, trees: [{ ...tree, value: tree.value.map((_, leaf) => leaf) }] };
      for (const leaf of predictTrees(alone, rows)) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
      expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(100);
    }
  });

  it('stops when the newest rows no longer gain, and keeps the best number of trees', async () => {
    const noise = {
      ...binary,
      labels: Float32Array.from(binary.labels, (label, row) => ((row * 7_919) % 10 < 4 ? 1 - label : label)),
    };
    const result = await fit(noise, { parameters: { trees: 300, learningRate: 0.3, earlyStopping: 5 }, trainRows: 5_400 });
    expect(result.end).toBe('stopped-early');
    expect(result.model.trees.length).toBeLessThan(100);
    expect(result.validLosses).toHaveLength(result.model.trees.length + 1);
    expect(result.validLosses.at(-1)).toBe(Math.min(...result.validLosses));
  });

  it('ends without trees when no split gains', async () => {
    const flat = {
      rows: 100,
      columns: [new Float32Array(100).fill(3)],
      labels: Float32Array.from({ length: 100 }, (_, row) => row % 2),
    };
    const { model, end } = await fit(flat);
    expect([end, model.trees, model.baseScore]).toEqual(['no-gain', [], 0]);
    expect(Array.from(await onnxScores(model, flat)).every((score) => score === 0.5)).toBe(true);
  });

  it('scores in ONNX Runtime as predictTrees does, with missing and infinite values', async () => {
    const odd = {
      ...unseen,
      columns: unseen.columns.map((column, f) =>
        column.map((value, row) => (row % 50 === f ? [Number.NaN, Infinity, -Infinity, -0][row % 4]! : value)),
      ),
    };
    for (const [{ model }, gap] of [[classified, 1e-6] as const, [predicted, 2e-6] as const])
      expect(largestGap(await onnxScores(model, odd), predictTrees(model, odd))).toBeLessThan(gap);
  });

  it('goes on from a checkpoint to the same model, to the bit', async () => {
    const settings = { parameters: { trees: 16, featureFraction: 0.7, earlyStopping: 30 }, trainRows: 5_400, checkpointEvery: 7 };
    const checkpoints: Uint8Array[] = [];
    const whole = await fit(binary, settings, { checkpoint: async (bytes) => void checkpoints.push(bytes) });
    expect(checkpoints.length).toBeGreaterThan(0);
    for (const bytes of checkpoints) {
      const start = decodeCheckpoint('test', bytes);
      expect(start!.trees.length % 7).toBe(0);
      expect(await fit(binary, { ...settings, threads: 2 }, { start })).toEqual(whole);
    }
    expect(decodeCheckpoint('other data', checkpoints[0]!)).toBeNull();
    expect(decodeCheckpoint('test', Buffer.from('garbage'))).toBeNull();
  });

  it('refuses a loss that is no finite number', async () => {
    const labels = Float32Array.from({ length: 200 }, (_, row) => (row === 17 ? Infinity : row));
    const rows = { rows: 200, columns: [Float32Array.from(labels.keys())], labels };
    await expect(fit(rows, { task: 'regression' })).rejects.toMatchObject({ code: 'TRAINING_NOT_FINITE' });
  });
});
