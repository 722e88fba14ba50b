import Sequencer from '@jest/test-sequencer';

/** They take about half a minute and more. One that starts last keeps one core waiting; a machine that ran them before would know, a clean one does not. */
const SLOW = [
  'examples/demo',
  'contract/s3-artifacts',
  'examples/packed-tarball',
  'faults/worker/killed-in-a-write',
  'faults/worker/kill-nine',
  'faults/worker/crashed-worker',
  'docs/tutorial',
  'integration/cli/cli',
  'integration/worker/pool-commands',
  'integration/monitoring/continuous-training',
  'integration/worker/reload',
  'faults/worker/step-isolation',
  'integration/starts/admission',
  'integration/worker/own-workflow',
  'integration/worker/deploy-check',
  'integration/stages/refit',
  'integration/starts/backfill',
  'integration/control-flow/map',
  'integration/runs/truthful-status',
  'integration/worker/pools-life',
  'integration/worker/priority',
  'integration/control-flow/map-placement',
  'contract/s3-store',
  'examples/cached-training',
  'integration/runs/wide',
  'integration/bundle/workflow-bundle',
  'integration/in-process/wide',
  'integration/worker/temporal-plugin',
  'integration/worker/shared-queue',
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
