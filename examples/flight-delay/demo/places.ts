import { join } from 'node:path';

/** All that the demo reads and writes, relative to the repository. */
export const FLIGHTS = 'node_modules/vega-datasets/data/flights-3m.parquet';
export const FOLDER = '.perennial/demo';
export const STORE = join(process.cwd(), FOLDER, 'store');
export const LABELS = `${FOLDER}/labels`;
export const REPORTS = `${FOLDER}/reports`;
export const LOGS = `${FOLDER}/logs`;
export const PIPELINE = 'examples/flight-delay/pipeline.ts';
export const RUSHED_RELEASE = 'examples/flight-delay/rushed-release.ts';
export const MODEL = 'flight-delay';
