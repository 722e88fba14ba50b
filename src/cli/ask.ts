import readline from 'node:readline/promises';
import type { Terminal } from './terminal.js';

/** Null when nobody sits at the terminal. Anything but a clear yes is a no. */
export async function askYesOrNo(question: string, terminal: Terminal): Promise<boolean | null> {
  if (!terminal.interactive || !process.stdin.isTTY) return null;
  const dialogue = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question(`${question} [y/N] `)).trim());
  } finally {
    dialogue.close();
  }
}
