import Sequencer from '@jest/test-sequencer';

/** They take half a minute and more. One that starts last keeps one core waiting; a machine that ran them before would know, a clean one does not. */
const SLOW = [
  'examples/demo',
  'contract/s3-artifacts',
  'faults/worker/killed-in-a-write',
  'faults/worker/kill-nine',
  'examples/packed-tarball',
  'faults/worker/crashed-worker',
  'integration/worker/pool-commands',
  'contract/s3-store',
  'integration/cli/cli',
  'examples/cached-training',
  'integration/runs/wide',
  'integration/monitoring/continuous-training',
  'integration/bundle/workflow-bundle',
  'integration/in-process/wide',
  'faults/worker/step-isolation',
  'integration/worker/reload',
  'integration/worker/temporal-plugin',
  'integration/stages/refit',
  'integration/starts/admission',
  'integration/worker/shared-queue',
  'integration/starts/backfill',
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
