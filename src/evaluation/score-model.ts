import type { ArtifactRef } from '../contracts/artifact.js';
import type { FeatureResult } from '../contracts/stages/feature.js';
import type { ModelMeta } from '../contracts/stages/train.js';
import type { DuckDb } from '../data/duckdb.js';
import { openSession } from '../onnx/session.js';
import type { StepContext } from '../pipeline/step-context.js';
import { checkScores, scoreSplit } from './score-split.js';

/** Scores of a stored model for each row of a split, in row order. EVALUATION_SCORE_INVALID, and what `openSession` throws. */
export async function scoreModel(
  db: DuckDb,
  artifact: ArtifactRef<'model'>,
  name: string,
  split: { readonly path: string; readonly rows: number; readonly features: FeatureResult },
  context: StepContext,
  onRows: (rows: number) => void,
): Promise<Float64Array> {
  const { signature } = artifact.meta as unknown as ModelMeta;
  const session = await openSession(await context.artifacts.readFile(artifact, 'model.onnx'), { signature });
  try {
    const scores = await scoreSplit(db, session, {
      signature,
      path: split.path,
      rows: split.rows,
      signal: context.signal,
      onRows,
    });
    checkScores(scores, name, split.features.meta.task === 'binary' ? { from: 0, to: 1 } : { from: -Infinity, to: Infinity });
    return scores;
  } finally {
    await session.release();
  }
}
