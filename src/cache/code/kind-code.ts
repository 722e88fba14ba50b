import fs from 'node:fs/promises';
import type { ExternalKind } from '../../kinds/external-kinds.js';
import type { Plan } from '../../contracts/plan.js';
import { isOfUser } from '../../modules/defining-file.js';
import { stepKinds } from '../../pipeline/plan/step-kinds.js';
import { sha256Hex } from '../../store/hash.js';
import type { StepCode } from './shared-code.js';

/** What the steps of a plan take from kinds that are not built in. */
export interface KindCode {
  /** `kind <member> <name>`: hash of the file that defines it, by id of the step. */
  readonly steps: ReadonlyMap<string, StepCode>;
  /** The files of the user that define them. */
  readonly files: readonly string[];
}

/** Reads the files as they are now. A kind of a package counts by its own file; other files of the package, by the package's version where a pipeline file imports it. */
export async function kindCode(plan: Plan): Promise<KindCode> {
  const files = new Set<string>();
  const code = new Map<string, StepCode>();
  for (const [id, kinds] of stepKinds(plan)) {
    const parts = await Promise.all(kinds.map(async (kind) => [`kind ${kind.member} ${kind.name}`, await hashOf(kind)] as const));
    code.set(id, Object.fromEntries(parts));
    for (const file of kinds.flatMap(({ origin }) => origin.files)) if (isOfUser(file)) files.add(file);
  }
  return { steps: code, files: [...files].sort() };
}

/** A kind that was defined in no file, such as in a REPL, has nothing that could be read. */
async function hashOf({ origin }: ExternalKind): Promise<string> {
  const [file] = origin.files;
  return file === undefined ? 'defined in no file' : sha256Hex(await fs.readFile(file));
}
