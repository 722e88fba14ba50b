import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import { collectGarbage } from '../../../src/garbage/collect-garbage.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { type AgedStore, createAgedStore } from './aged-store.js';
import { createTurns } from './interleaved.js';

const DAY = 86_400_000;
/** Few, so that the same is published again and again. */
const CONTENTS = 3;

type Publication = { readonly content: number; readonly input: number | null; readonly registers: boolean };
type Round = {
  readonly publishers: readonly (readonly Publication[])[];
  /** For each collection after how many operations it is killed; null: it comes to its end. */
  readonly collections: readonly (number | null)[];
};

const publication = fc.record({ content: fc.nat(CONTENTS - 1), input: fc.option(fc.nat(CONTENTS - 1)), registers: fc.boolean() });
const round: fc.Arbitrary<Round> = fc.record({
  publishers: fc.array(fc.array(publication, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  collections: fc.array(fc.option(fc.integer({ min: 1, max: 60 }), { freq: 2 }), { minLength: 1, maxLength: 2 }),
});

const publish = (objects: ObjectStore, content: number, inputs: readonly ArtifactRef[], run: string): Promise<ArtifactRef> =>
  createArtifactStore(objects, { producer: { pipeline: 'p', workflowId: run, runId: run, step: 's' } }).publish({
    kind: 'model',
    files: [{ name: 'a', mediaType: 'text/plain', content: { bytes: Buffer.from(`content ${content}`) } }],
    meta: {},
    inputs,
  });

const collect = (objects: ObjectStore): Promise<unknown> =>
  collectGarbage({
    objects,
    openRuns: () => Promise.resolve({ workflowIds: new Set(), mentioned: new Set() }),
    signal: new AbortController().signal,
    progress: () => undefined,
  });

async function carryOut(objects: ObjectStore, publications: readonly Publication[], registered: ArtifactRef[], run: string) {
  for (const { content, input, registers } of publications) {
    const inputs = input === null ? [] : [await publish(objects, input, [], run)];
    const ref = await publish(objects, content, inputs, run);
    if (!registers) continue;
    await createRegistry(objects).register({
      model: run,
      artifact: ref as ArtifactRef<'model'>,
      evaluation: null,
      metrics: {},
      window: { from: '', to: '' },
      workflowId: run,
      runId: run,
    });
    registered.push(ref);
  }
}

/** All that the registered versions need. */
async function needed(store: AgedStore, registered: readonly ArtifactRef[]): Promise<Set<string>> {
  const keys = new Set<string>();
  const artifacts = createArtifactStore(store);
  let wave: readonly { readonly kind: ArtifactRef['kind']; readonly id: string }[] = registered;
  while (wave.length > 0) {
    const manifests = await Promise.all(wave.map((ref) => artifacts.manifest(ref)));
    for (const ref of wave) keys.add(`artifacts/${ref.kind}/${ref.id}.json`);
    for (const { files } of manifests) for (const { sha256 } of files) keys.add(`objects/${sha256}`);
    wave = manifests.flatMap(({ inputs }) => inputs);
  }
  return keys;
}

/** As after the time for which others wait for a process that is silent. */
async function forgetKilled(store: AgedStore): Promise<void> {
  for (const key of await store.keys('gc/')) await store.delete(key);
}

describe('garbage collections beside publications', () => {
  it('lose nothing that is reachable, and leave nothing that is not, in whatever order operations happen and wherever they are killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 2, maxLength: 3 }),
        fc.infiniteStream(fc.nat(1_000_000)),
        async (rounds, stream) => {
          const store = await createAgedStore();
          const registered: ArtifactRef[] = [];
          const numbers = stream[Symbol.iterator]();
          for (const [n, { publishers, collections }] of rounds.entries()) {
            const turns = createTurns(store, (below) => Number(numbers.next().value ?? 0) % below);
            const collecting = collections.map(async (operations) => {
              const { store: objects, killed } = turns.storeOf(operations ?? Infinity);
              await Promise.race([collect(objects), killed.then(() => forgetKilled(store))]);
            });
            const publishing = publishers.map((publications, index) =>
              carryOut(turns.storeOf().store, publications, registered, `run-${n}-${index}`),
            );
            await turns.run(Promise.all([...collecting, ...publishing]));
            const keys = new Set(await store.keys());
            expect([...(await needed(store, registered))].filter((key) => !keys.has(key))).toEqual([]);
            store.age(2 * DAY);
          }
          await collect(store);
          store.age(2 * DAY);
          await collect(store);
          const left = (await store.keys()).filter((key) => !key.startsWith('models/') && !/^lineage|produced-by/.test(key));
          expect(new Set(left)).toEqual(await needed(store, registered));
        },
      ),
      { numRuns: 3 },
    );
  });
});
