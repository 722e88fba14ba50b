import protobuf from 'protobufjs/light.js';

/** The elements of tensors that our graphs use, with their numbers in `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float: 1, int64: 7, string: 8, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

type Field = { readonly id: number; readonly type: string; readonly rule?: 'repeated' };
const one = (id: number, type: string): Field => ({ id, type });
const many = (id: number, type: string): Field => ({ id, type, rule: 'repeated' });

/**
 * The part of ONNX's protobuf schema that we write and check. Fields that we never write but must see in the models of others
 * (subgraphs, functions, external data) are listed too, so that `inspectModel` can refuse them.
 * Primary source: onnx/onnx.proto of ONNX 1.19 (IR version 8 and later).
 */
const SCHEMA = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: one(1, 'int64'),
        producerName: one(2, 'string'),
        producerVersion: one(3, 'string'),
        graph: one(7, 'GraphProto'),
        opsetImport: many(8, 'OperatorSetIdProto'),
        metadataProps: many(14, 'StringStringEntryProto'),
        trainingInfo: many(20, 'bytes'),
        functions: many(25, 'bytes'),
      },
    },
    OperatorSetIdProto: { fields: { domain: one(1, 'string'), version: one(2, 'int64') } },
    StringStringEntryProto: { fields: { key: one(1, 'string'), value: one(2, 'string') } },
    GraphProto: {
      fields: {
        node: many(1, 'NodeProto'),
        name: one(2, 'string'),
        initializer: many(5, 'TensorProto'),
        input: many(11, 'ValueInfoProto'),
        output: many(12, 'ValueInfoProto'),
        sparseInitializer: many(15, 'bytes'),
      },
    },
    NodeProto: {
      fields: {
        input: many(1, 'string'),
        output: many(2, 'string'),
        name: one(3, 'string'),
        opType: one(4, 'string'),
        attribute: many(5, 'AttributeProto'),
        domain: one(7, 'string'),
      },
    },
    AttributeProto: {
      fields: {
        name: one(1, 'string'),
        f: one(2, 'float'),
        i: one(3, 'int64'),
        s: one(4, 'bytes'),
        t: one(5, 'TensorProto'),
        g: one(6, 'bytes'),
        floats: many(7, 'float'),
        ints: many(8, 'int64'),
        strings: many(9, 'bytes'),
        tensors: many(10, 'TensorProto'),
        graphs: many(11, 'bytes'),
        type: one(20, 'int32'),
        sparseTensor: one(22, 'bytes'),
        sparseTensors: many(23, 'bytes'),
      },
    },
    TensorProto: {
      fields: {
        dims: many(1, 'int64'),
        dataType: one(2, 'int32'),
        stringData: many(6, 'bytes'),
        name: one(8, 'string'),
        rawData: one(9, 'bytes'),
        externalData: many(13, 'StringStringEntryProto'),
        dataLocation: one(14, 'int32'),
      },
    },
    ValueInfoProto: { fields: { name: one(1, 'string'), type: one(2, 'TypeProto') } },
    TypeProto: { fields: { tensorType: one(1, 'TensorTypeProto') } },
    TensorTypeProto: { fields: { elemType: one(1, 'int32'), shape: one(2, 'TensorShapeProto') } },
    TensorShapeProto: { fields: { dim: many(1, 'DimensionProto') } },
    DimensionProto: { fields: { dimValue: one(1, 'int64'), dimParam: one(2, 'string') } },
  },
};

export type DimensionMessage = { readonly dimValue?: number; readonly dimParam?: string };
export type ValueInfoMessage = {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: { readonly elemType: number; readonly shape?: { readonly dim?: readonly DimensionMessage[] } };
  };
};
export type TensorMessage = {
  readonly name?: string;
  readonly dims?: readonly number[];
  readonly dataType: number;
  readonly rawData?: Uint8Array;
  readonly stringData?: readonly Uint8Array[];
  readonly externalData?: readonly unknown[];
  readonly dataLocation?: number;
};
export type AttributeMessage = {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorMessage;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorMessage[];
  readonly g?: Uint8Array;
  readonly graphs?: readonly Uint8Array[];
  readonly sparseTensor?: Uint8Array;
  readonly sparseTensors?: readonly Uint8Array[];
};
export type NodeMessage = {
  readonly name?: string;
  readonly opType: string;
  readonly domain?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly AttributeMessage[];
};
export type GraphMessage = {
  readonly name?: string;
  readonly node?: readonly NodeMessage[];
  readonly initializer?: readonly TensorMessage[];
  readonly sparseInitializer?: readonly Uint8Array[];
  readonly input?: readonly ValueInfoMessage[];
  readonly output?: readonly ValueInfoMessage[];
};
export type ModelMessage = {
  readonly irVersion: number;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly graph?: GraphMessage;
  readonly opsetImport?: readonly { readonly domain?: string; readonly version: number }[];
  readonly metadataProps?: readonly { readonly key: string; readonly value: string }[];
  readonly trainingInfo?: readonly Uint8Array[];
  readonly functions?: readonly Uint8Array[];
};

const MODEL = protobuf.Root.fromJSON(SCHEMA).lookupType('ModelProto');

/** Bytes of a model. Fields are written in the order of the schema, so equal messages give equal bytes. */
export function encodeModel(model: ModelMessage): Uint8Array {
  return MODEL.encode(MODEL.fromObject(model)).finish();
}

/** Throws protobufjs's own error on bytes that are no protobuf message; integers come as numbers. */
export function decodeModel(bytes: Uint8Array): ModelMessage {
  const message = MODEL.decode(bytes);
  return MODEL.toObject(message, { longs: Number }) as ModelMessage;
}
