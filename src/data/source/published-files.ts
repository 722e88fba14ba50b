import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactRef } from '../../contracts/artifact.js';
import type { FileSource } from '../../contracts/dataset.js';
import type { IngestInputs } from '../../contracts/stages/ingest.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';

/**
 * A source whose files a step has published, with its path inside their artifact, as one on this machine.
 * @throws PipelineError `DATA_SOURCE_MISSING` of a command that left no files, `ARTIFACT_CORRUPT`.
 */
export async function publishedFiles(
  source: FileSource,
  from: NonNullable<IngestInputs['from']>,
  artifacts: ArtifactStore,
  folder: string,
): Promise<FileSource> {
  const artifact: ArtifactRef | null = 'exitCode' in from ? from.output : from;
  if (artifact === null) throw new PipelineError('DATA_SOURCE_MISSING', { what: 'the command left no files in output/' });
  const { files } = await artifacts.manifest(artifact);
  for (const { name } of files) {
    const link = join(folder, name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(await artifacts.localFile(artifact, name), link);
  }
  return { ...source, path: join(folder, source.path) };
}
