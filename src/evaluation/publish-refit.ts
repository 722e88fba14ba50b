import type { EvaluateResult } from '../contracts/stages/evaluate.js';
import type { TrainResult } from '../contracts/stages/train.js';
import type { ArtifactStore, DraftFile } from '../store/artifacts/artifact-store.js';

/** The evaluation once more, with the refit that goes on in place of the model that it judged, and why it is so. Equal input, equal id. */
export async function publishRefit(
  artifacts: ArtifactStore,
  { evaluation, ...judgement }: EvaluateResult,
  model: TrainResult,
  reason: string,
): Promise<EvaluateResult> {
  const { files, inputs } = await artifacts.manifest(evaluation);
  const reasons = [...judgement.reasons, reason];
  const copies = await Promise.all(
    files.map(async ({ name, mediaType }): Promise<DraftFile> => ({
      name,
      mediaType,
      content: { bytes: await artifacts.readFile(evaluation, name) },
    })),
  );
  const published = await artifacts.publish({
    kind: 'evaluation',
    files: copies,
    meta: { ...evaluation.meta, reasons, refit: model.id },
    inputs: [...inputs, { kind: 'model', id: model.id }],
  });
  return { ...judgement, evaluation: published, model, reasons };
}
