/** Derived forms below this length would be found by chance. */
const SHORTEST_FORM = 6;
const SHORTEST_LINE = 8;

/**
 * The ways in which a secret may show up in text, longest first: as it is, each longer line of it, escaped for JSON, URL-encoded, in
 * hexadecimal, and in base64 at every alignment, so that `base64("user:" + secret)` is found as well.
 */
export function secretForms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const hex = bytes.toString('hex');
  const urlEncoded = encodeURIComponent(bytes.toString('utf8'));
  const lines = value.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  const derived = [
    ...[JSON.stringify(value).slice(1, -1), urlEncoded, urlEncoded.replaceAll('%20', '+'), urlEncoded.replaceAll(/%../g, lower)],
    ...[hex, hex.toUpperCase()],
    ...[0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
  ];
  const forms = [value, value.trim(), ...lines, ...derived.filter((form) => form.length >= SHORTEST_FORM)];
  return [...new Set(forms)].filter((form) => form !== '').sort((left, right) => right.length - left.length);
}

const lower = (escape: string): string => escape.toLowerCase();

/** The characters of a base64 text that come from these bytes alone, when `shift` bytes (modulo 3) stand before them. */
function base64At(bytes: Buffer, shift: number): string[] {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const standard = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  return [standard, standard.replaceAll('+', '-').replaceAll('/', '_')];
}
