const FIRST = 10;
const TELLING = 10;
const LAST = 30;
/** How Go and the Temporal command begin the line that says why they end; what follows a panic is a long stack. */
const TELLING_LINE = /^(panic:|fatal error:|Error:)|address already in use/;

/** What is kept of a server's log for whoever must find out why it ended: how it began, the lines that say why, and how it ended. */
export class LogExcerpt {
  readonly #first: string[] = [];
  readonly #telling: string[] = [];
  readonly #last: string[] = [];

  add(line: string): void {
    if (line.trim() === '') return;
    if (this.#first.length < FIRST) this.#first.push(line);
    else if (TELLING_LINE.test(line) && this.#telling.length < TELLING) this.#telling.push(line);
    else {
      this.#last.push(line);
      if (this.#last.length > LAST) this.#last.shift();
    }
  }

  lines(): readonly string[] {
    return [...this.#first, ...this.#telling, ...this.#last];
  }
}
