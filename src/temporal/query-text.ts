/** A text as a value in a query of Temporal's list of workflows, quotes included. */
export const queryText = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
