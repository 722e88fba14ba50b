const TYPE = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/**
 * Writes the metadata of Parquet: Thrift's compact protocol (thrift-compact-protocol.md of Apache Thrift), as much of it as Parquet's own
 * structures need. Fields come in ascending order of their ids. Integers are whole and not negative, below 2^53.
 */
export class CompactWriter {
  readonly #parts: Buffer[] = [];
  #field = 0;
  readonly #outer: number[] = [];

  i32(id: number, value: number): this {
    this.#header(id, TYPE.i32);
    return this.#zigzag(value);
  }

  i64(id: number, value: number): this {
    this.#header(id, TYPE.i64);
    return this.#zigzag(value);
  }

  flag(id: number, value: boolean): this {
    this.#header(id, value ? TYPE.true : TYPE.false);
    return this;
  }

  text(id: number, value: string): this {
    this.#header(id, TYPE.binary);
    return this.#text(value);
  }

  struct(id: number, write: (writer: this) => void): this {
    this.#header(id, TYPE.struct);
    return this.#struct(write);
  }

  i32List(id: number, values: readonly number[]): this {
    this.#list(id, TYPE.i32, values.length);
    for (const value of values) this.#zigzag(value);
    return this;
  }

  textList(id: number, values: readonly string[]): this {
    this.#list(id, TYPE.binary, values.length);
    for (const value of values) this.#text(value);
    return this;
  }

  structList<Item>(id: number, items: readonly Item[], write: (writer: this, item: Item) => void): this {
    this.#list(id, TYPE.struct, items.length);
    for (const item of items) {
      this.#struct(() => {
        write(this, item);
      });
    }
    return this;
  }

  /** Ends the outermost structure. */
  finish(): Buffer {
    this.#parts.push(Buffer.from([0]));
    return Buffer.concat(this.#parts);
  }

  #struct(write: (writer: this) => void): this {
    this.#outer.push(this.#field);
    this.#field = 0;
    write(this);
    this.#field = this.#outer.pop() ?? 0;
    this.#parts.push(Buffer.from([0]));
    return this;
  }

  #header(id: number, type: number): void {
    this.#parts.push(Buffer.from([((id - this.#field) << 4) | type]));
    this.#field = id;
  }

  #list(id: number, type: number, length: number): void {
    this.#header(id, TYPE.list);
    if (length < 15) this.#parts.push(Buffer.from([(length << 4) | type]));
    else this.#parts.push(Buffer.from([0xf0 | type]), varint(length));
  }

  #text(value: string): this {
    const bytes = Buffer.from(value);
    this.#parts.push(varint(bytes.length), bytes);
    return this;
  }

  #zigzag(value: number): this {
    this.#parts.push(varint(value * 2));
    return this;
  }
}

/** Little-endian groups of seven bits. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
