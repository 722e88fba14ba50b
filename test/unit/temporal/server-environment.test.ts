import { describe, expect, it } from '@jest/globals';
import { serverEnvironment } from '../../../src/temporal/server/dev-server.js';

describe('environment of a dev server', () => {
  it('lets the garbage collector wait longer, with all else as it is', () => {
    expect(serverEnvironment({ PATH: '/bin' })).toEqual({ GOGC: '400', PATH: '/bin' });
  });

  it('leaves a garbage collector alone that somebody has set', () => {
    expect(serverEnvironment({ GOGC: '50' })).toEqual({ GOGC: '50' });
  });
});
