import { linkSync } from 'node:fs';
import path from 'node:path';
import { isAbsent } from '../file-errors.js';
import { GENERATIONS } from '../object-key.js';
import { ensureFolder, type StagedFile, syncPath } from './staging.js';
import { claimed, currentPlace, etagOf, generationFile, statusOf } from './versions.js';

const FOLDER_TRIES = 4;

/** False when generations were started from another file at the same time: then ours must become one of them. */
export function isCurrentOrFirst(plain: string, staged: StagedFile): boolean {
  if (currentPlace(plain).generation === 0) return true;
  const first = statusOf(generationFile(plain, 1));
  return first !== null && etagOf(first) === staged.etag;
}

/** Makes whatever the plain file is now the first generation, unless somebody did so already. */
export async function startGenerations(plain: string): Promise<void> {
  await ensureFolder(plain + GENERATIONS);
  try {
    const first = generationFile(plain, 1);
    const isOurs = claimed(() => {
      linkSync(plain, first);
    });
    if (isOurs) await syncPath(plain + GENERATIONS);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** False when there is such a name already. */
export function tookName(plain: string, staged: StagedFile): boolean {
  return claimed(() => {
    linkSync(staged.path, plain);
  });
}

/** Carries out a change of a name in a folder, which is made when it is not there; whoever tidies up may remove it again while it is empty. */
export async function inFolder<Result>(file: string, change: () => Result): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return change();
    } catch (error) {
      if (!isAbsent(error) || tries === FOLDER_TRIES) throw error;
    }
    try {
      await ensureFolder(path.dirname(file));
    } catch (error) {
      if (!isAbsent(error) || tries === FOLDER_TRIES) throw error;
    }
  }
}

/** What `look` finds in the current place of a key; looks again when the place was removed meanwhile, as it was no longer the current one. */
export function inCurrentPlace<Found>(plain: string, look: (file: string) => Found | null): Found | null {
  for (;;) {
    const place = currentPlace(plain);
    const found = place.gone ? null : look(place.file);
    if (found !== null || place.gone || currentPlace(plain).generation === place.generation) return found;
  }
}
