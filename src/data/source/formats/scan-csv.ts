import { createReadStream } from 'node:fs';

/** The characters that give a CSV file its form. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Before a quote inside quotes; equal to `quote` when quotes are doubled. */
  readonly escape: string;
  readonly comment: string | null;
}

export interface CsvShape {
  /** Fields of the first record; null when the file has none. */
  readonly header: readonly string[] | null;
  /** Records after the header. A blank line is one only when the header has a single field. */
  readonly rows: number;
  /** First row, from 1, with a comment character outside quotes that does not begin its line; null when there is none. */
  readonly commentInRow: number | null;
  /** Bytes from the start of a line to the end of its record, of the longest. */
  readonly longest: number;
}

const CR = 13;
const LF = 10;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads the header of a CSV file and counts its records, with nothing in common with the engine that reads the values: what one of the
 * two does not see, the other does. Quotes count where RFC 4180 allows them: at the start of a field.
 */
export async function scanCsv(path: string, dialect: CsvDialect): Promise<CsvShape> {
  const scanner = new RecordScanner(dialect);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) scanner.take(chunk as Buffer);
  return scanner.end();
}

type State = 'record-start' | 'field-start' | 'plain' | 'quoted' | 'escaped' | 'quote-closed' | 'comment';

/** A state machine over bytes: all characters that it looks for are ASCII, which no other character's UTF-8 contains. */
class RecordScanner {
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #comment: number;
  #state: State = 'record-start';
  #records = 0;
  #blank = 0;
  #afterReturn = false;
  #header: string[] | null = null;
  #first: number[] = [];
  #fields: string[] = [];
  #started = false;
  #commentInRow: number | null = null;
  #length = 0;
  #longest = 0;

  constructor({ delimiter, quote, escape, comment }: CsvDialect) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#escape = escape.charCodeAt(0);
    this.#comment = comment === null ? -1 : comment.charCodeAt(0);
  }

  take(chunk: Buffer): void {
    let start = 0;
    if (!this.#started && chunk.length > 0) {
      this.#started = true;
      if (chunk.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) start = BYTE_ORDER_MARK.length;
    }
    for (let at = start; at < chunk.length; at += 1) this.#byte(chunk[at] as number);
  }

  end(): CsvShape {
    if (this.#state !== 'record-start' && this.#state !== 'comment') this.#endRecord();
    this.#longest = Math.max(this.#longest, this.#length);
    const header = this.#header;
    const rows = Math.max(this.#records - 1, 0) + (header?.length === 1 ? this.#blank : 0);
    return { header, rows, commentInRow: this.#commentInRow, longest: this.#longest };
  }

  #byte(byte: number): void {
    this.#length += 1;
    const lineFeedOfPair = byte === LF && this.#afterReturn;
    this.#afterReturn = false;
    switch (this.#state) {
      case 'quoted':
        if (byte === this.#escape && this.#escape !== this.#quote) this.#state = 'escaped';
        else if (byte === this.#quote) this.#state = 'quote-closed';
        else this.#keep(byte);
        return;
      case 'escaped':
        this.#keep(byte);
        this.#state = 'quoted';
        return;
      case 'comment':
        if (byte === LF || byte === CR) this.#lineEnds(byte);
        return;
      case 'record-start':
        if (lineFeedOfPair) return;
        if (byte === this.#comment) {
          this.#state = 'comment';
          return;
        }
        if (byte === LF || byte === CR) {
          if (this.#header !== null) this.#blank += 1;
          this.#lineEnds(byte);
          return;
        }
        this.#inField(byte, true);
        return;
      case 'quote-closed':
        if (byte === this.#quote && this.#escape === this.#quote) {
          this.#keep(byte);
          this.#state = 'quoted';
          return;
        }
        this.#inField(byte, false);
        return;
      case 'field-start':
        this.#inField(byte, true);
        return;
      case 'plain':
        this.#inField(byte, false);
        return;
    }
  }

  #inField(byte: number, opens: boolean): void {
    if (byte === this.#delimiter) {
      this.#endField();
      this.#state = 'field-start';
    } else if (byte === LF || byte === CR) {
      this.#endRecord();
      this.#lineEnds(byte);
    } else if (opens && byte === this.#quote) {
      this.#state = 'quoted';
    } else {
      if (byte === this.#comment) this.#commentInRow ??= this.#records;
      this.#keep(byte);
      this.#state = 'plain';
    }
  }

  #lineEnds(byte: number): void {
    this.#state = 'record-start';
    this.#longest = Math.max(this.#longest, this.#length);
    this.#length = 0;
    this.#afterReturn = byte === CR;
  }

  #endRecord(): void {
    this.#endField();
    this.#records += 1;
    this.#header ??= this.#fields;
  }

  #keep(byte: number): void {
    if (this.#header === null) this.#first.push(byte);
  }

  #endField(): void {
    if (this.#header !== null) return;
    this.#fields.push(Buffer.from(this.#first).toString('utf8'));
    this.#first = [];
  }
}
