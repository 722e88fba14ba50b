import type { Task } from '../../contracts/stages/feature.js';

/** Rows of one block with what their gradients are made from and go to. */
export interface GradientBlock {
  readonly scores: Float64Array;
  readonly labels: Float32Array;
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  readonly from: number;
  readonly to: number;
}

export interface BlockSummary {
  /** Sum over rows: log-loss in nats, or squared error. */
  readonly loss: number;
  readonly maxGradient: number;
  readonly maxHessian: number;
}

/** A product of this many factors of at most 2 stays below the largest float64. */
const FACTORS = 512;

/**
 * First and second derivatives of the loss at the current scores. Binary: g = p - y, h = p (1 - p), with p = 1 / (1 + e^-score).
 * Regression: g = score - y, h = 1 (half the squared error).
 */
export function fillGradients(task: Task, block: GradientBlock): BlockSummary {
  return task === 'binary' ? logLoss(block) : squaredError(block);
}

/** Mean loss as it is reported: log-loss in nats, or the root of the mean squared error. */
export function reportedLoss(task: Task, sum: number, rows: number): number {
  return task === 'binary' ? sum / rows : Math.sqrt(sum / rows);
}

/** The constant score with the least loss: the log-odds of the share of positives, or the mean. */
export function bestConstant(task: Task, labels: Float32Array): number {
  let sum = 0;
  for (const label of labels) sum += label;
  const mean = sum / labels.length;
  return Math.fround(task === 'binary' ? Math.log(mean / (1 - mean)) : mean);
}

function logLoss({ scores, labels, gradients, hessians, from, to }: GradientBlock): BlockSummary {
  let loss = 0;
  let product = 1;
  let maxGradient = 0;
  let maxHessian = 0;
  for (let row = from; row < to; row += 1) {
    const score = scores[row] as number;
    const label = labels[row] as number;
    const tail = Math.exp(-Math.abs(score));
    const near = 1 / (1 + tail);
    const probability = score >= 0 ? near : tail * near;
    const gradient = probability - label;
    const hessian = tail * near * near;
    gradients[row] = gradient;
    hessians[row] = hessian;
    maxGradient = Math.max(maxGradient, Math.abs(gradient));
    maxHessian = Math.max(maxHessian, hessian);
    loss += Math.max(score, 0) - label * score;
    product *= 1 + tail;
    if ((row - from) % FACTORS === FACTORS - 1) {
      loss += Math.log(product);
      product = 1;
    }
  }
  return { loss: loss + Math.log(product), maxGradient, maxHessian };
}

function squaredError({ scores, labels, gradients, hessians, from, to }: GradientBlock): BlockSummary {
  let loss = 0;
  let maxGradient = 0;
  for (let row = from; row < to; row += 1) {
    const gradient = (scores[row] as number) - (labels[row] as number);
    gradients[row] = gradient;
    hessians[row] = 1;
    maxGradient = Math.max(maxGradient, Math.abs(gradient));
    loss += gradient * gradient;
  }
  return { loss, maxGradient, maxHessian: 1 };
}
