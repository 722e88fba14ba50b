import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { EvaluationMeta } from '../../../src/contracts/stages/evaluate.js';
import type { RegisterInput } from '../../../src/registry/registry.js';

export const modelRef = (id: string): ArtifactRef<'model'> => ({
  kind: 'model',
  id,
  sha256: id.repeat(4),
  bytes: 1,
  uri: `file:///${id}`,
  meta: {},
});

export const registration = (run: string, artifact = `model-${run}`): RegisterInput => ({
  model: 'flight-delay',
  artifact: modelRef(artifact),
  evaluation: null,
  metrics: { roc_auc: 0.7, lift: null },
  window: { from: '2001-01-01', to: '2001-02-01' },
  workflowId: run,
  runId: `${run}-id`,
});

/** An evaluation that blessed a candidate against a champion, null: against none. */
export const evaluationRef = (
  against: number | null,
  meta: Partial<EvaluationMeta> = {},
): ArtifactRef<'evaluation', EvaluationMeta> => ({
  kind: 'evaluation',
  id: `e-${against ?? 'none'}`,
  sha256: '',
  bytes: 1,
  uri: 'file:///e',
  meta: {
    model: 'flight-delay',
    decision: 'blessed',
    reasons: ['better'],
    metrics: {},
    gate: null,
    comparedWith: against === null ? null : { version: against },
    ...meta,
  },
});

export const temporaryFolder = (): Promise<string> => fs.mkdtemp(path.join(os.tmpdir(), 'perennial-registry-'));

/** Writes into a stored object behind the store's back. */
export async function tamper(file: string, change: (text: string) => string): Promise<void> {
  const text = await fs.readFile(file, 'utf8');
  await fs.chmod(file, 0o644);
  await fs.writeFile(file, change(text));
}
