/** What a project can begin with; the first one is the default. `first`: the command of the first run. */
export const TEMPLATES = {
  model: { about: 'a model from a CSV file: ingest to retrain, on the weather of Seattle', first: 'npm start' },
  steps: { about: 'two steps of your own, no model', first: 'npm start' },
};
