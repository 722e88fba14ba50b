/** How a line ended: a carriage return overwrites it on a terminal, as progress bars do. */
export type LineEnd = 'newline' | 'return';

/** Longer lines are cut; what follows up to the next end is dropped, so that memory stays bounded. */
const LONGEST_LINE = 64 * 1024;

/** Cuts a stream of text into lines. */
export class LineReader {
  readonly #onLine: (line: string, end: LineEnd) => void;
  #rest = '';
  #skipping = false;
  #afterReturn = false;

  constructor(onLine: (line: string, end: LineEnd) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const character = chunk.charCodeAt(index);
      if (character !== NEWLINE && character !== RETURN) continue;
      const isPair = character === NEWLINE && index === start && this.#afterReturn && this.#rest === '';
      this.#afterReturn = character === RETURN;
      // The newline of a pair ends no line of its own.
      if (!isPair) this.#end(chunk.slice(start, index), character === NEWLINE || chunk.charCodeAt(index + 1) === NEWLINE);
      start = index + 1;
    }
    if (start === chunk.length) return;
    this.#afterReturn = false;
    if (this.#skipping) return;
    this.#rest += chunk.slice(start);
    if (this.#rest.length <= LONGEST_LINE) return;
    this.#onLine(`${this.#rest.slice(0, LONGEST_LINE)}… (line cut)`, 'newline');
    this.#rest = '';
    this.#skipping = true;
  }

  /** Gives what came after the last line end. */
  close(): void {
    if (this.#rest !== '') this.#end('', true);
  }

  #end(text: string, isNewline: boolean): void {
    const line = this.#rest + text;
    const skipped = this.#skipping;
    this.#rest = '';
    this.#skipping = false;
    if (!skipped) this.#onLine(line, isNewline ? 'newline' : 'return');
  }
}

const NEWLINE = 10;
const RETURN = 13;
