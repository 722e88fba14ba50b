/** A writer of CSV after RFC 4180 that shares nothing with the reader: null is an empty field, every text that needs quotes has them. */
export function writeCsv(
  header: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  form: { readonly delimiter?: string; readonly quote?: string; readonly newline?: string; readonly quoteAll?: boolean } = {},
): string {
  const { delimiter = ',', quote = '"', newline = '\r\n', quoteAll = false } = form;
  const field = (text: string | null): string => {
    if (text === null) return '';
    const special = [delimiter, quote, '\r', '\n'].some((character) => text.includes(character));
    return quoteAll || special || text === '' ? `${quote}${text.replaceAll(quote, quote + quote)}${quote}` : text;
  };
  return [header, ...rows].map((row) => `${row.map(field).join(delimiter)}${newline}`).join('');
}
