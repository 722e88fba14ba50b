import { describe, expect, it } from '@jest/globals';
import pipeline from '../../../examples/flight-delay/pipeline.js';

describe('the flight-delay example', () => {
  it('is a pipeline of the eight stages', () => {
    expect(pipeline.name).toBe('flight-delay');
    expect(pipeline.plan.steps.map((step) => step.kind)).toEqual([
      'ingest',
      'validate',
      'feature',
      'train',
      'evaluate',
      'deploy',
      'monitor',
      'retrain',
    ]);
    expect(pipeline.plan.parameters['required']).toEqual(['from', 'to']);
  });
});
