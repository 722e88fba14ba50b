import { describe, expect, it } from '@jest/globals';
import { createKeyCheck } from '../../../src/serving/http/api-key.js';

const check = createKeyCheck(['first-secret', 'second-secret']);

describe('the API key', () => {
  it('is taken from either header', () => {
    expect(check({ authorization: 'Bearer second-secret' })).toBe(true);
    expect(check({ authorization: 'bearer first-secret' })).toBe(true);
    expect(check({ 'x-api-key': 'first-secret' })).toBe(true);
  });

  it('is refused when it is missing, wrong, of another length or a part of a key', () => {
    for (const headers of [
      {},
      { authorization: 'Bearer first-secre' },
      { authorization: 'Bearer first-secrets' },
      { authorization: 'Basic first-secret' },
      { 'x-api-key': '' },
    ]) {
      expect(check(headers)).toBe(false);
    }
  });

  it('is not asked for when none are configured', () => {
    expect(createKeyCheck([])({})).toBe(true);
  });
});
