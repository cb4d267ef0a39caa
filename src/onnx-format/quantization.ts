import { fieldsOf, messageOf, textOf } from './protobuf-reader.ts';
import { graphFields, modelFields, nodeFields } from './schema.ts';

/**
 * Whether a model only stores its weights in 8 bits and calculates with floats: it turns numbers back into floats, and
 * nothing into 8 bits.
 * @throws SentinelError ES_MODEL_INVALID when the file is damaged
 */
export function storesWeightsIn8Bits(model: Uint8Array): boolean {
  let stores = false;
  for (const field of fieldsOf(model)) {
    if (field.number !== modelFields.graph) continue;
    for (const part of fieldsOf(messageOf(field))) {
      if (part.number !== graphFields.node) continue;
      for (const of of fieldsOf(messageOf(part))) {
        if (of.number !== nodeFields.operator) continue;
        const operator = textOf(of);
        if (/^(Dynamic)?Quantize/.test(operator)) return false;
        stores ||= operator === 'DequantizeLinear';
      }
    }
  }
  return stores;
}
