import type { FileSource } from '../../contracts/dataset.js';
import type { FileFormat } from '../source-kind.js';
import { SOURCES } from '../sources.js';

/** The format of files that the engine reads. */
export const formatOf = ({ format }: FileSource): FileFormat => SOURCES.named(format) as FileFormat;
