import { describe, expect, it } from '@jest/globals';
import { Gate } from '../../../../workflows/stages/gate/gate.js';
import type { GateConfig } from '../../../../src/contracts/stages/gate.js';
import { isPipelineError } from '../../../../src/index.js';

const gate = (config: Partial<GateConfig>, author: string | null = null): Gate =>
  new Gate('release', { message: 'ship it?', expiresMs: null, ...config }, author, 0);

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return isPipelineError(error) ? error.code : String(error);
  }
}

describe('four eyes', () => {
  it('ask for two people when nobody knows who the author is', () => {
    const open = gate({ fourEyes: true });
    expect(open.state()).toMatchObject({ quorum: 2, missing: 2, notBy: null });
    expect(open.answer('approve', 'ada', null, '').verdict).toBe('open');
    expect(codeOf(() => open.answer('approve', ' ADA', null, ''))).toBe('EXECUTION_APPROVAL_REFUSED');
    expect(open.answer('approve', 'bob', null, '')).toMatchObject({ verdict: 'approved', result: { by: 'bob' } });
  });

  it('never ask for fewer people than the quorum, and for no second one when the author is known', () => {
    expect(gate({ fourEyes: true, quorum: 3 }).quorum).toBe(3);
    const known = gate({ fourEyes: true }, 'Ada');
    expect(known.quorum).toBe(1);
    expect(codeOf(() => known.answer('approve', 'ada ', null, ''))).toBe('EXECUTION_APPROVAL_REFUSED');
    expect(known.answer('approve', 'bob', null, '').verdict).toBe('approved');
  });
});

describe('an approval that too few people may answer', () => {
  const approvers = ['Ada', 'Bob'];

  it('is refused when it opens', () => {
    const reach = (config: Partial<GateConfig>, author: string | null = null) =>
      codeOf(() => {
        gate({ approvers, ...config }, author).checkReachable();
      });
    expect(reach({ quorum: 2 })).toBeNull();
    expect(reach({ quorum: 3 })).toBe('EXECUTION_GATE_UNREACHABLE');
    expect(reach({ quorum: 2, fourEyes: true }, 'ada')).toBe('EXECUTION_GATE_UNREACHABLE');
    expect(reach({ quorum: 2, fourEyes: true }, 'Eve')).toBeNull();
    expect(reach({ approvers: ['Ada'], fourEyes: true })).toBe('EXECUTION_GATE_UNREACHABLE');
    expect(reach({ quorum: 3, escalate: { afterMs: 1, to: ['Eve'] } })).toBeNull();
    expect(reach({ quorum: 3, escalate: { afterMs: 1, to: ['ada '] } })).toBe('EXECUTION_GATE_UNREACHABLE');
    expect(
      codeOf(() => {
        gate({ quorum: 20 }).checkReachable();
      }),
    ).toBeNull();
  });
});
