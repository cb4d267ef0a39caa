/**
 * Field numbers of the ONNX messages that we read or write.
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 (IR version 13)
 */
export const modelFields = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14, training: 20, function: 25 };
export const opsetFields = { domain: 1, version: 2 };
export const entryFields = { key: 1, value: 2 };
export const graphFields = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 };
export const nodeFields = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 };
export const attributeFields = {
  name: 1,
  float: 2,
  integer: 3,
  text: 4,
  tensor: 5,
  graph: 6,
  integers: 8,
  tensors: 10,
  graphs: 11,
  type: 20,
  sparseTensor: 22,
  sparseTensors: 23,
};
export const attributeTypes = { float: 1, integer: 2, text: 3, graph: 5, integers: 7 };
export const tensorFields = { dimension: 1, type: 2, name: 8, raw: 9, externalData: 13, dataLocation: 14 };
export const sparseTensorFields = { values: 1, indices: 2 };
export const functionFields = { node: 7, domain: 10, attribute: 11 };
export const trainingFields = { initialization: 1, algorithm: 2 };
export const valueFields = { name: 1, type: 2 };
export const typeFields = { tensor: 1 };
export const tensorTypeFields = { element: 1, shape: 2 };
export const shapeFields = { dimension: 1 };
export const dimensionFields = { value: 1, name: 2 };

/** Names of the element types, by their number in TensorProto.DataType. */
export const elementTypes: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];
