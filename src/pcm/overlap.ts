/** Whether a window begins with what the one before ends with, `hop` samples later, to the bit. */
export function continues(before: Float32Array, samples: Float32Array, hop: number): boolean {
  return bytesOf(before.subarray(hop)).equals(bytesOf(samples.subarray(0, samples.length - hop)));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
