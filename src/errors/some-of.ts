/** Names and problems that a message lists. */
const LISTED = 20;

/** The first twenty of some texts and the number of the others, for messages: a table may have thousands of columns. */
export function someOf(texts: readonly string[], separator = ', '): string {
  const listed = texts.slice(0, LISTED).join(separator);
  return texts.length <= LISTED ? listed : `${listed}${separator}and ${String(texts.length - LISTED)} more`;
}
