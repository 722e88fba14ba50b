import { describe, expect, it } from '@jest/globals';
import type { OpenAttempt } from '../../../src/worker/journal/attempt-journal.js';
import { LostSteps, lostInWords } from '../../../src/worker/journal/lost-steps.js';

const attempt = (workflowId: string, activityId?: string): OpenAttempt => ({
  taskToken: '',
  workflowId,
  runId: 'r',
  ...(activityId === undefined ? {} : { activityId }),
});

describe('the steps that a worker lost with itself', () => {
  it('are known until they have come to their end, each by its run and instance', () => {
    const lost = new LostSteps();
    lost.add([attempt('a', 'train'), attempt('a', 'each[1]'), attempt('b')]);
    const has = (workflowId: string, activityId: string): boolean => lost.has({ workflowId, runId: 'r', activityId });
    expect([has('a', 'train'), has('a', 'each[1]'), has('a', 'each[2]'), has('b', 'train')]).toEqual([true, true, false, false]);
    lost.forget({ workflowId: 'a', runId: 'r', activityId: 'train' });
    expect([has('a', 'train'), has('a', 'each[1]')]).toEqual([false, true]);
  });

  it('are named, the first of them', () => {
    expect(lostInWords([attempt('a', 'train'), attempt('b')])).toBe('train of run a, a step of run b');
    expect(lostInWords(Array.from({ length: 7 }, (_, n) => attempt(`r${n}`, 's')))).toMatch(/s of run r4 and 2 more$/);
  });
});
