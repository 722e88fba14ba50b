import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { collectGarbage } from '../../src/garbage/collect-garbage.js';
import { createEndpoints } from '../../src/registry/endpoints.js';
import { createRegistry } from '../../src/registry/create-registry.js';
import { createArtifactStore } from '../../src/store/artifacts/create-artifact-store.js';
import { sha256Hex } from '../../src/store/hash.js';
import { openObjectStore } from '../../src/store/open-store.js';
import { startS3Server } from '../test-s3-server.js';

jest.setTimeout(60_000);

const server = await startS3Server();
const available = 'unavailable' in server ? describe.skip : describe;
if (!('unavailable' in server)) Object.assign(process.env, server.env);
afterAll(async () => {
  if (!('unavailable' in server)) await server.stop();
});

let cacheFolder = '';
beforeEach(async () => {
  cacheFolder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-cache-'));
});
afterEach(() => fs.rm(cacheFolder, { recursive: true, force: true }));

const open = (prefix: string) => openObjectStore(`s3://${'bucket' in server ? server.bucket : 'none'}/${prefix}`);
const draft = (text: string) => ({
  kind: 'model' as const,
  files: [{ name: 'a', mediaType: 'text/plain', content: { bytes: Buffer.from(text) } }],
  meta: {},
  inputs: [],
});

available('artifacts in S3', () => {
  it('are copied into the cache folder by hash, once, and again when the copy is damaged', async () => {
    const artifacts = createArtifactStore(await open('cache'), { cacheFolder });
    const ref = await artifacts.publish(draft('content'));
    expect(ref.uri).toBe(`${artifacts.objects.uri}/artifacts/model/${ref.id}.json`);
    const local = await artifacts.localFile(ref, 'a');
    expect(local).toBe(path.join(cacheFolder, sha256Hex('content')));
    const { ino } = await fs.stat(local);
    expect(await Promise.all([1, 2, 3].map(() => artifacts.localFile(ref, 'a')))).toEqual([local, local, local]);
    expect((await fs.stat(local)).ino).toBe(ino);
    await fs.writeFile(local, 'damaged');
    expect(await fs.readFile(await artifacts.localFile(ref, 'a'), 'utf8')).toBe('content');
    expect(Array.from(await fs.readdir(cacheFolder))).toEqual([sha256Hex('content')]);
  });

  it('are refused when the stored bytes are corrupt, and leave nothing in the cache', async () => {
    const artifacts = createArtifactStore(await open('corrupt'), { cacheFolder });
    const ref = await artifacts.publish(draft('content'));
    await artifacts.objects.put(`objects/${sha256Hex('content')}`, Buffer.from('c0ntent'));
    await expect(artifacts.localFile(ref, 'a')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(artifacts.readFile(ref, 'a')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    expect(await fs.readdir(cacheFolder)).toHaveLength(0);
  });
});

available('garbage collection in S3', () => {
  it('removes what nothing names, and uploads that were never finished', async () => {
    const objects = await open('garbage');
    const artifacts = createArtifactStore(objects, { cacheFolder });
    const [kept, lost] = [await artifacts.publish(draft('kept')), await artifacts.publish(draft('lost'))];
    await objects.put('monitors/m/config.json', Buffer.from(JSON.stringify({ artifact: kept.id })));
    const client = new S3Client({ forcePathStyle: true, region: 'us-east-1' });
    const place = { Bucket: 'bucket' in server ? server.bucket : '', Prefix: 'garbage/' };
    await client.send(new CreateMultipartUploadCommand({ Bucket: place.Bucket, Key: 'garbage/objects/unfinished' }));
    // Times of S3 are whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const summary = await collectGarbage(
      {
        objects,
        openRuns: () => Promise.resolve({ workflowIds: new Set(), mentioned: new Set() }),
        signal: new AbortController().signal,
        progress: () => undefined,
      },
      { olderThanMs: 1_000, keepRunsMs: 1_000 },
    );
    expect(summary).toMatchObject({ removed: { objects: 2 }, tidied: 1 });
    expect([await artifacts.exists(kept), await artifacts.exists(lost)]).toEqual([true, false]);
    expect((await artifacts.readFile(kept, 'a')).toString()).toBe('kept');
    expect((await client.send(new ListMultipartUploadsCommand(place))).Uploads ?? []).toEqual([]);
    client.destroy();
  });
});

available('the registry in S3', () => {
  it('has one winner of racing promotions and of racing endpoint moves', async () => {
    const objects = await open('registry');
    const model = 'm';
    const artifact = await createArtifactStore(objects, { cacheFolder }).publish(draft('tree'));
    const window = { from: '2001-01-01', to: '2001-02-01' };
    const versions = await Promise.all(
      ['a', 'b', 'c', 'd'].map((workflowId) =>
        createRegistry(objects).register({
          model,
          artifact,
          evaluation: null,
          metrics: {},
          window,
          workflowId,
          runId: workflowId,
        }),
      ),
    );
    expect(versions.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
    const promotions = await Promise.allSettled(
      versions.map(({ version, workflowId }) =>
        createRegistry(objects).promote({
          model,
          version,
          expectedChampion: null,
          basis: { person: 'x', reason: 'race' },
          workflowId,
        }),
      ),
    );
    expect(promotions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const registry = createRegistry(objects);
    const promoted = (await registry.log(model)).filter(({ action }) => action === 'promote');
    expect(promoted).toHaveLength(1);
    expect((await registry.alias(model, 'champion'))?.record.version).toBe(promoted[0]?.version);
    expect(await registry.verifyLog(model)).toEqual({ entries: 5 });

    const variants = [{ variant: 'champion' as const, version: 1, artifact, weight: 100 }];
    const moves = await Promise.allSettled(
      ['a', 'b', 'c'].map((workflowId) =>
        createEndpoints(objects).write({ endpoint: 'e', model, variants, previous: null, reason: 'race', workflowId }, null),
      ),
    );
    const won = moves.flatMap((move) => (move.status === 'fulfilled' ? [move.value] : []));
    expect(won).toHaveLength(1);
    expect((await createEndpoints(objects).read('e'))?.config).toEqual(won[0]);
  });
});
