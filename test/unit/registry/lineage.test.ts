import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import type { ArtifactKind, ArtifactRef } from '../../../src/contracts/artifact.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { modelLineage, traceLineage } from '../../../src/registry/lineage.js';
import { renderLineage } from '../../../src/registry/render-lineage.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { registration, temporaryFolder } from './registry-cases.js';

let folder = '';
let objects: ObjectStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = await openObjectStore(folder);
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

async function make<Kind extends ArtifactKind>(
  kind: Kind,
  step: string,
  name: string,
  inputs: readonly ArtifactRef[],
): Promise<ArtifactRef<Kind>> {
  const producer = { pipeline: 'flight-delay', workflowId: 'run-1', runId: 'r', step };
  return createArtifactStore(objects, { producer }).publish({ kind, files: [], meta: { name, nested: { left: 'out' } }, inputs });
}

describe('lineage', () => {
  it('leads from a model back to its data and on to what followed', async () => {
    const raw = await make('dataset', 'ingest', 'raw', []);
    const features = await make('feature-set', 'feature', 'features', [raw]);
    const model = await make('model', 'train', 'trees', [features, raw]);
    const evaluation = await make('evaluation', 'evaluate', 'report', [model, features]);
    const other = await make('model', 'train', 'more trees', [features]);
    const artifacts = createArtifactStore(objects);

    const up = await traceLineage(artifacts, model, 'up');
    expect(up).toMatchObject({
      kind: 'model',
      id: model.id,
      meta: { name: 'trees' },
      producedBy: [{ step: 'train', workflowId: 'run-1' }],
    });
    expect(up.meta).toEqual({ name: 'trees' });
    expect(up.children.map(({ id }) => id)).toEqual([features.id, raw.id]);
    expect(up.children[0]?.children[0]).toBe(up.children[1]);

    const down = await traceLineage(artifacts, raw, 'down');
    expect(down.children.map(({ id }) => id).sort()).toEqual([features.id, model.id].sort());
    const fromFeatures = down.children.find(({ id }) => id === features.id);
    expect(fromFeatures?.children.map(({ id }) => id).sort()).toEqual([evaluation.id, model.id, other.id].sort());

    const registry = createRegistry(objects);
    await registry.register({ ...registration('run-1'), artifact: model });
    const both = await modelLineage(artifacts, registry, 'flight-delay', 1);
    expect(both.up).toEqual(up);
    expect(both.down.children.map(({ id }) => id)).toEqual([evaluation.id]);

    const lines = renderLineage(up)
      .replace(/ at \S+/g, '')
      .split('\n');
    expect(lines).toEqual([
      `model ${model.id}  name=trees  by flight-delay.train of run-1`,
      `├─ feature-set ${features.id}  name=features  by flight-delay.feature of run-1`,
      `│  └─ dataset ${raw.id}  name=raw  by flight-delay.ingest of run-1`,
      `└─ dataset ${raw.id}  name=raw  by flight-delay.ingest of run-1`,
    ]);
  });

  it('leaves out what was cut off before it was published, and says when the start is unknown', async () => {
    const raw = await make('dataset', 'ingest', 'raw', []);
    await objects.put(
      `lineage/${raw.id}/model-0123456789abcdef.json`,
      Buffer.from(JSON.stringify({ kind: 'model', id: '0123456789abcdef', input: raw })),
    );
    const artifacts = createArtifactStore(objects);
    expect((await traceLineage(artifacts, raw, 'down')).children).toEqual([]);
    await expect(traceLineage(artifacts, { kind: 'model', id: 'ffff' }, 'up')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
  });
});
