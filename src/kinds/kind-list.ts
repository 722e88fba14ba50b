import { PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import type { Kind, KindOrigin } from './kind.js';

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** All kinds of one door, by name. The plan holds the name under the member that the door is called by, such as `check`. */
export interface KindList<K extends Kind = Kind> {
  /** Member of the plan that holds the name of a kind. */
  readonly member: string;
  /**
   * Adds a kind that was defined in the files of `origin`. One of the same name that was defined in the same file takes its place: the file was edited.
   * @throws PipelineError `EXTENSION_INVALID` for a name that is not lower case, `EXTENSION_NAME_TAKEN`.
   */
  add(kind: K, origin: KindOrigin): void;
  find(name: string): K | undefined;
  /** @throws PipelineError `EXTENSION_UNKNOWN`, which lists the kinds that there are. */
  named(name: string): K;
  names(): readonly string[];
  /** Where a kind comes from that is not of this package; undefined for the built-in ones and for names that nobody defined. */
  originOf(name: string): KindOrigin | undefined;
}

const lists = new Map<string, KindList>();

/** The doors whose list has been loaded in this process. */
export const kindLists = (): readonly KindList[] => [...lists.values()];

/** @param noun - what messages call one, such as `check`. @param member - see `KindList`. */
export function createKindList<K extends Kind>(noun: string, member: string, builtIn: readonly K[]): KindList<K> {
  const kinds = new Map(builtIn.map((kind) => [kind.name, kind]));
  const origins = new Map<string, KindOrigin>();
  const list: KindList<K> = {
    member,
    add: (kind, origin) => {
      refuseName(noun, kind.name);
      const before = origins.get(kind.name);
      if (kinds.has(kind.name) && (before === undefined || !isSameFile(before, origin))) {
        throw new PipelineError('EXTENSION_NAME_TAKEN', {
          what: `there is a ${noun} "${kind.name}" already`,
          where: origin.files[0] ?? 'a definition outside a file',
          expected: 'a name of its own',
          received:
            before === undefined ? 'the name of a built-in one' : `the name of the one in ${before.files[0] ?? 'no file'}`,
        });
      }
      kinds.set(kind.name, kind);
      origins.set(kind.name, origin);
    },
    find: (name) => kinds.get(name),
    named: (name) => {
      const found = kinds.get(name);
      if (found !== undefined) return found;
      const known = [...kinds.keys()].sort();
      throw new PipelineError('EXTENSION_UNKNOWN', {
        what: `there is no ${noun} "${name}"`,
        expected: `one of ${someOf(known)}`,
        details: { known },
      });
    },
    names: () => [...kinds.keys()],
    originOf: (name) => origins.get(name),
  };
  lists.set(member, list);
  return list;
}

function refuseName(noun: string, name: unknown): void {
  if (typeof name === 'string' && NAME.test(name)) return;
  throw new PipelineError('EXTENSION_INVALID', {
    what: `the name of a ${noun} is wrong`,
    expected: 'lower case letters, digits and _, beginning with a letter, at most 64',
    received: typeof name === 'string' ? `"${name}"` : typeof name,
  });
}

const isSameFile = (before: KindOrigin, now: KindOrigin): boolean => before.files[0] === now.files[0];
