import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../../src/errors/codes.js';

describe('error codes', () => {
  it('are all AREA_PROBLEM', () => {
    for (const code of Object.keys(ERROR_CODES)) expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)+$/);
  });
});
