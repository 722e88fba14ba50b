import type { GateState } from '../../contracts/run/gates.js';

/** An open approval in words: the question, what is missing, who may answer, what happens when nobody does. */
export function approvalLines(gate: GateState): readonly string[] {
  const { quorum, missing, approvers, notBy, expiresAt, onExpiry, escalatesAt, decisions } = gate;
  const wait = `${missing} of ${quorum} approval${quorum === 1 ? '' : 's'} missing`;
  const people = approvers === null ? 'anybody may answer' : `may answer: ${approvers.join(', ')}`;
  const ends = { fail: 'it fails', reject: 'it counts as rejected', approve: 'it counts as approved' }[onExpiry];
  return [
    gate.message,
    [wait, people, ...(notBy === null ? [] : [`not ${notBy}, who started the run`])].join('; '),
    ...(escalatesAt === null || decisions.some(({ action }) => action === 'escalate') ? [] : [`escalates at ${escalatesAt}`]),
    ...(expiresAt === null ? [] : [`without an answer ${ends} at ${expiresAt}`]),
    ...decisions.map(({ action, by, at, reason, counted }) => {
      const who = by === null ? action : `${action} by ${by}`;
      return `${at} ${who}: ${counted}${reason === null ? '' : ` (${reason})`}`;
    }),
  ];
}
