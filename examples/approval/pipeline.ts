import { definePipeline } from 'perennial-ml';

/** Two of three people release what somebody else has started; the lead may step in after four hours; after a day it is off. */
export default definePipeline('approval', (p) => {
  const build = p.step('build', { run: () => ({ version: 7 }) });
  const release = p.approval('release', {
    message: 'Release version 7?',
    inputs: { build },
    approvers: ['ada', 'bob', 'cy'],
    quorum: 2,
    fourEyes: true,
    escalate: { after: '4 hours', to: ['lead'] },
    expires: '1 day',
    onExpiry: 'reject',
  });
  p.step('ship', { inputs: { build, release }, run: ({ build: { version }, release: { by } }) => ({ version, releasedBy: by }) });
});
