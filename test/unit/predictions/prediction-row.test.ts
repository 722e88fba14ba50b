import { describe, expect, it } from '@jest/globals';
import type { ModelSignature, TensorSpec } from '../../../src/contracts/model.js';
import {
  eventTimeIndex,
  inputLogColumn,
  isReservedColumn,
  PREDICTION_COLUMNS,
} from '../../../src/contracts/store/prediction-row.js';
import { col, schema, schemaOf } from '../../../src/index.js';
import { signatureOf } from '../../../src/schema/signature.js';

const input = (name: string, more: Partial<TensorSpec> = {}): TensorSpec => ({
  name,
  datatype: 'BYTES',
  shape: [-1, 1],
  ...more,
});
const signature = (...inputs: TensorSpec[]): ModelSignature => ({ inputs, outputs: [] });

describe('the row of a prediction', () => {
  it('has one column for each input, whatever the inputs are called, as the engine compares names', () => {
    const own = PREDICTION_COLUMNS.map(({ name }) => name);
    const names = ['status', 'Model', 'input_status', 'INPUT_Model', 'input_input_status', 'price'];
    const columns = [...own, ...names.map((name) => inputLogColumn(input(name)).name)].map((name) => name.toLowerCase());
    expect(new Set(columns).size).toBe(columns.length);
  });

  it('refuses names that mean the prediction itself in a schema, in any case', () => {
    expect(['Score', 'FEATURES', '__x', 'Raw_y'].every(isReservedColumn)).toBe(true);
    expect(['Status', 'model', 'scores'].some(isReservedColumn)).toBe(false);
    expect(() => schema('s', { Score: col.float() })).toThrow(expect.objectContaining({ code: 'AUTHORING_INVALID_SCHEMA' }));
  });

  it("happened at the schema's event time, not at the first time that it has", () => {
    const trips = schema('trips', { booked: col.timestamp(), departure: col.timestamp({ eventTime: true }), price: col.float() });
    expect(eventTimeIndex(signatureOf(schemaOf(trips), ['booked', 'departure', 'price']))).toBe(1);
    expect(eventTimeIndex(signatureOf(schemaOf(trips), ['booked', 'price']))).toBe(-1);
  });

  it('of a model of release 0.1, whose signature does not say which time that is, happened at its first', () => {
    const time = input('date', { datatype: 'INT64', column: 'timestamp' });
    expect(eventTimeIndex(signature(input('origin'), time))).toBe(1);
  });
});
