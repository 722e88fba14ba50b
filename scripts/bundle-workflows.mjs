// Leaves the bundle of our workflows in dist, where workers look for it.
import { writePrebuilt } from '../dist/src/worker/bundle/prebuilt-bundle.js';
import { bundleOurs } from '../dist/src/worker/bundle/workflow-bundle.js';

await writePrebuilt(await bundleOurs());
