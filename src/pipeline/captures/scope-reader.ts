import { type Runtime, Session } from 'node:inspector';

/** A function whose code is wanted. */
export type AnyFunction = (...inputs: never[]) => unknown;

/** One scope around a function: its variables that some function inside uses, with the values that they have now. */
export interface FunctionScope {
  /** `module`: the top level of an ECMAScript module; `other`: a function, a block, or the top level of a CommonJS module. */
  readonly kind: 'module' | 'other';
  readonly variables: { readonly [name: string]: unknown };
}

/** What `Function.prototype.bind` made a function of. */
export interface BoundParts {
  readonly target: AnyFunction;
  readonly self: unknown;
  readonly inputs: readonly unknown[];
}

/** Where a function stands: the script, and its place in there counted from 0. */
export interface FunctionPlace {
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
}

/** Where the inspected values wait for this module: a symbol that all realms of the process share. */
const HOLDER = Symbol.for('perennial.captures');
const HOLDER_TEXT = `globalThis[Symbol.for('perennial.captures')]`;

type Holder = { value: unknown; readonly taken: unknown[] };

/**
 * Reads what V8 knows of functions: the scopes that they close over, what they are bound to, where they stand. It is an inspector session of
 * this process with itself; every call answers at once. `close` it in the end.
 */
export class ScopeReader {
  readonly #session = new Session();
  readonly #holder: Holder = { value: undefined, taken: [] };
  readonly #sources = new Map<string, { readonly url: string }>();
  #contextId: number | undefined;
  #debugging = false;

  constructor() {
    this.#session.connect();
    Reflect.set(globalThis, HOLDER, this.#holder);
    this.#contextId = this.#findContext();
  }

  close(): void {
    Reflect.deleteProperty(globalThis, HOLDER);
    this.#session.disconnect();
  }

  /** The scopes around a function, from the inside out, the global one left out. */
  scopesOf(run: AnyFunction): FunctionScope[] {
    const list = this.#internal(run, '[[Scopes]]');
    if (list?.objectId === undefined) return [];
    const scopes = this.#take(list.objectId, 'Array.prototype.slice.call(this)') as { description: string; object: object }[];
    return scopes
      .filter(({ description }) => !/^(?:Global|Script)/.test(description))
      .map(({ description, object }) => ({
        kind: description === 'Module' ? 'module' : 'other',
        variables: object as FunctionScope['variables'],
      }));
  }

  /** Null for a function that is not bound. */
  boundParts(run: AnyFunction): BoundParts | null {
    const [target, self, inputs] = ['[[TargetFunction]]', '[[BoundThis]]', '[[BoundArgs]]'].map((name) =>
      this.#internal(run, name),
    );
    if (target?.objectId === undefined) return null;
    const valueOf = (remote: Runtime.RemoteObject | undefined): unknown =>
      remote?.objectId === undefined ? remote?.value : this.#take(remote.objectId, 'this');
    return { target: valueOf(target) as AnyFunction, self: valueOf(self), inputs: (valueOf(inputs) ?? []) as unknown[] };
  }

  placeOf(run: AnyFunction): FunctionPlace | null {
    const remote = this.#internal(run, '[[FunctionLocation]]') as { readonly value?: unknown } | undefined;
    if (typeof remote?.value !== 'object' || remote.value === null) return null;
    const { scriptId, lineNumber, columnNumber } = remote.value as {
      scriptId: string;
      lineNumber: number;
      columnNumber?: number;
    };
    return { scriptId, line: lineNumber, column: columnNumber ?? 0 };
  }

  /** Address and text of a script as Node loaded it. The first call makes V8 list its scripts, which takes tens of milliseconds. */
  scriptOf({ scriptId }: FunctionPlace): { readonly url: string; readonly source: string } {
    if (!this.#debugging) {
      this.#session.on('Debugger.scriptParsed', ({ params }) => this.#sources.set(params.scriptId, { url: params.url }));
      this.#post('Debugger.enable');
      this.#debugging = true;
    }
    const { scriptSource } = this.#post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId });
    return { url: this.#sources.get(scriptId)?.url ?? '', source: scriptSource };
  }

  #internal(run: AnyFunction, name: string): Runtime.RemoteObject | undefined {
    this.#holder.value = run;
    const { result } = this.#evaluate(`${HOLDER_TEXT}.value`);
    this.#holder.value = undefined;
    const { objectId } = result;
    if (objectId === undefined) return undefined;
    const { internalProperties = [] } = this.#post<Runtime.GetPropertiesReturnType>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    return internalProperties.find((property) => property.name === name)?.value;
  }

  /** The value itself behind a remote object, seen from this realm. */
  #take(objectId: string, expression: string): unknown {
    const functionDeclaration = `function (symbol) { globalThis[Symbol.for('perennial.captures')].taken.push(${expression}); }`;
    this.#post('Runtime.callFunctionOn', { objectId, functionDeclaration });
    return this.#holder.taken.pop();
  }

  /** The realm of this module: under a test runner it is not that of the process. */
  #findContext(): number | undefined {
    const isHere = (): boolean => this.#evaluate(`Symbol.for('perennial.captures') in globalThis`).result.value === true;
    if (isHere()) return undefined;
    const contexts: number[] = [];
    this.#session.on('Runtime.executionContextCreated', ({ params }) => contexts.push(params.context.id));
    this.#post('Runtime.enable');
    for (const id of contexts) {
      this.#contextId = id;
      if (isHere()) return id;
    }
    return undefined;
  }

  #evaluate(expression: string): Runtime.EvaluateReturnType {
    const contextId = this.#contextId;
    return this.#post('Runtime.evaluate', { expression, ...(contextId === undefined ? {} : { contextId }) });
  }

  #post<Result>(method: string, parameters: object = {}): Result {
    const answer: { error?: unknown; result?: unknown } = {};
    this.#session.post(method, parameters, (error, result) => Object.assign(answer, { error, result }));
    if (answer.error !== null && answer.error !== undefined) throw answer.error as Error;
    return answer.result as Result;
  }
}
