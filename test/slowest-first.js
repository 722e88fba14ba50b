import Sequencer from '@jest/test-sequencer';

/** They take a minute and more. One that starts last keeps one core waiting; a machine that ran them before would know, a clean one does not. */
const SLOW = [
  'examples/demo',
  'contract/s3-artifacts',
  'faults/kill-nine',
  'integration/continuous-training',
  'faults/phases-kill',
  'examples/packed-tarball',
  'contract/s3-store',
  'faults/fan-out-kill',
  'integration/cli/cli',
];

const rankOf = ({ path }) => {
  const rank = SLOW.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return rank < 0 ? SLOW.length : rank;
};

export default class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
