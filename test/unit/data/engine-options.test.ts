import { describe, expect, it } from '@jest/globals';
import { engineOptions } from '../../../src/data/engine-options.js';

const context = { scratch: '/scratch', signal: new AbortController().signal };
const large = { cores: 16, memoryMiB: 131_072 };

describe('the engine of a step', () => {
  it('has the cores and four fifths of the memory that the step asks for', () => {
    expect(engineOptions({ ...context, resources: { cpu: 3.5, memoryGiB: 10 } }, large)).toMatchObject({
      threads: 4,
      memoryMiB: 8_192,
    });
  });

  it('has its part of the machine when the step asks for nothing, and never less than on a small one', () => {
    expect(engineOptions(context, large)).toMatchObject({ threads: 8, memoryMiB: 4_096 });
    expect(engineOptions(context, { cores: 2, memoryMiB: 2_048 })).toMatchObject({ threads: 2, memoryMiB: 1_024 });
  });
});
