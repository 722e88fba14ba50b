import type { DatasetRef } from '../../contracts/dataset.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';

/** Verified local paths of a dataset's parts, in their order. ARTIFACT_CORRUPT when the bytes of one are not those of the manifest. */
export async function datasetFiles(artifacts: ArtifactStore, dataset: DatasetRef): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const part of dataset.meta.parts) paths.push(await artifacts.localFile(dataset, part.file));
  return paths;
}
