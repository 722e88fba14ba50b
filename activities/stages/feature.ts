import type { FeatureConfig, FeatureInputs, FeatureOperations } from '../../src/contracts/stages/feature.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { feature } from '../../src/features/feature.js';

/** Operations of the feature stage by name. */
export const featureOperations: OperationCode<FeatureConfig, FeatureInputs, FeatureOperations> = { feature };
