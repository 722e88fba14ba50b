import fs from 'node:fs/promises';
import path from 'node:path';

/** Where a program finds what it works on and leaves what it made: the folders of one attempt. */
export type WorkFolder = {
  /** The program's working folder; all others lie in it. */
  readonly root: string;
  readonly input: string;
  readonly inputConfig: string;
  readonly data: string;
  readonly checkpoint: string;
  readonly model: string;
  readonly output: string;
  readonly outputData: string;
  readonly temporary: string;
  /** What people have ordered the step to do; only of a step that declares `live`. */
  readonly control: string;
};

export async function createWorkFolder(root: string): Promise<WorkFolder> {
  const at = (...parts: readonly string[]): string => path.join(root, ...parts);
  const folders = {
    root,
    input: at('input'),
    inputConfig: at('input', 'config'),
    data: at('input', 'data'),
    checkpoint: at('checkpoint'),
    model: at('model'),
    output: at('output'),
    outputData: at('output', 'data'),
    temporary: at('tmp'),
  };
  for (const name of Object.values(folders)) await fs.mkdir(name, { recursive: true });
  return { ...folders, control: at('control.json') };
}
