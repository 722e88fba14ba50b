/**
 * The first name that occurs twice in one object of a JSON text; null when there is none. Some parsers keep the last member of a name, others the
 * first, so the meaning of such a text is unknown.
 * @param value - what the text parses to.
 * @param written - members that all objects of the text have together, as written.
 */
export function repeatedName(text: string, value: unknown, written: number): string | null {
  return hasMembers(value, written) ? null : findRepeated(text);
}

/** Level by level, so that it is done before it comes to the numbers of tensors, which lie deepest. */
function hasMembers(value: unknown, wanted: number): boolean {
  let left = wanted;
  for (let level: readonly unknown[] = [value]; left > 0 && level.length > 0;) {
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (Array.isArray(one)) {
        for (const member of one as readonly unknown[]) if (typeof member === 'object') next.push(member);
        continue;
      }
      // Not Object.values, which makes a list of them for each object. What a parser makes has its own members alone.
      for (const name in one) {
        left -= 1;
        const member = (one as { readonly [name: string]: unknown })[name];
        if (typeof member === 'object') next.push(member);
      }
    }
    level = next;
  }
  return left === 0;
}

/** Searches a text that is valid JSON. */
function findRepeated(text: string): string | null {
  const open: Set<string>[] = [];
  let last = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') {
      const end = endOfText(text, index);
      last = text.slice(index, end + 1);
      index = end;
    } else if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    else if (character === ':') {
      const names = open.at(-1);
      const name = JSON.parse(last) as string;
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return null;
}

function endOfText(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
