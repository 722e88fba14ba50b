import Sequencer from '@jest/test-sequencer';

/** They take a minute and more. One that starts last keeps one core waiting; a machine that ran them before would know, a clean one does not. */
const SLOW = [
  'examples/demo',
  'contract/s3-artifacts',
  'faults/killed-in-a-write',
  'faults/kill-nine',
  'integration/pool-commands',
  'examples/packed-tarball',
  'contract/s3-store',
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
