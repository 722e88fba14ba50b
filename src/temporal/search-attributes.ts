import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTE_TYPES } from '../contracts/run/search-attributes.js';
import { PipelineError } from '../errors/pipeline-error.js';

type AttributeType = (typeof SEARCH_ATTRIBUTE_TYPES)[keyof typeof SEARCH_ATTRIBUTE_TYPES];

/** A client's connection, or a worker's. */
type OperatorDoor = Pick<Connection, 'operatorService'>;

const { IndexedValueType } = proto.temporal.api.enums.v1;
const WIRE_TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
} as const satisfies Record<AttributeType, number>;

/** `Name=Type` for each of our search attributes, as `temporal server start-dev --search-attribute` takes them. */
export const searchAttributeFlags = (): readonly string[] =>
  Object.entries(SEARCH_ATTRIBUTE_TYPES).map(([name, type]) => `${name}=${type}`);

/** Names of our search attributes that the namespace lacks. @throws PipelineError `TEMPORAL_SEARCH_ATTRIBUTE_CONFLICT` listing every one of another type. */
export async function missingSearchAttributes(connection: OperatorDoor, namespace: string): Promise<readonly string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const conflicts: string[] = [];
  const absent: string[] = [];
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTE_TYPES)) {
    const present = customAttributes[name];
    if (present === undefined) absent.push(name);
    else if (present !== WIRE_TYPES[type]) conflicts.push(`${name} is ${IndexedValueType[present]}, must be ${type}`);
  }
  if (conflicts.length > 0) {
    throw new PipelineError('TEMPORAL_SEARCH_ATTRIBUTE_CONFLICT', {
      what: `search attributes have other types: ${conflicts.join('; ')}`,
      where: `namespace ${namespace}`,
      details: { conflicts },
    });
  }
  return absent;
}

/** Creates those of our search attributes that the namespace lacks and returns their names. Safe to repeat and to race. */
export async function ensureSearchAttributes(connection: OperatorDoor, namespace: string): Promise<readonly string[]> {
  const absent = await missingSearchAttributes(connection, namespace);
  if (absent.length === 0) return absent;
  try {
    await addSearchAttributes(connection, namespace, absent);
  } catch (error) {
    // Another process may have added them between the two calls.
    if ((await missingSearchAttributes(connection, namespace)).length > 0) throw error;
  }
  return absent;
}

/** Creates these, without a look at what is there: of those of our search attributes that a namespace lacks, or of all on a new server. */
export async function addSearchAttributes(
  connection: OperatorDoor,
  namespace: string,
  names: readonly string[] = Object.keys(SEARCH_ATTRIBUTE_TYPES),
): Promise<void> {
  const searchAttributes = Object.fromEntries(
    Object.entries(SEARCH_ATTRIBUTE_TYPES)
      .filter(([name]) => names.includes(name))
      .map(([name, type]) => [name, WIRE_TYPES[type]]),
  );
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}
