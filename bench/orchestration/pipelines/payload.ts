import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { definePipeline, param } from 'perennial-ml';
import type { ArtifactRef, Ref, StepContext } from 'perennial-ml';

const STEPS = 20;
const MIB = 2 ** 20;

type Parcel = ArtifactRef<'value', { readonly step: number }>;

/** Each step takes the file of the one before, checks its size and hands on one of its own. */
export default definePipeline('bench-payload', { params: { mebibytes: param.integer({ min: 1 }) } }, (p) => {
  let last: Ref<Parcel> = p.step('s0', { run: async (_, context) => produce(context, 0) });
  for (let index = 1; index < STEPS; index += 1) {
    last = p.step(`s${index}`, {
      inputs: { before: last },
      run: async ({ before }, context) => {
        const bytes = await context.artifacts.readFile(before, 'payload.bin');
        if (bytes.length !== sizeOf(context)) throw new Error(`got ${bytes.length} bytes`);
        return produce(context, index);
      },
    });
  }
});

function sizeOf({ parameters }: StepContext): number {
  return Number(parameters['mebibytes']) * MIB;
}

async function produce(context: StepContext, index: number): Promise<Parcel> {
  const bytes = Buffer.alloc(sizeOf(context));
  randomFillSync(bytes.subarray(0, MIB));
  bytes.writeUInt32LE(index);
  const file = path.join(context.scratch, 'payload.bin');
  await writeFile(file, bytes);
  const files = [{ name: 'payload.bin', mediaType: 'application/octet-stream', content: { path: file } }];
  return context.artifacts.publish({ kind: 'value', files, meta: { step: index }, inputs: [] });
}
