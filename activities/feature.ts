import { feature } from '../src/features/feature.js';

/** Operations of the feature stage by name. */
export const featureOperations = { feature };
