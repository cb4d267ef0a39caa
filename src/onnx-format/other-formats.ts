/** How files begin that are often taken for ONNX models: signs in Latin-1, and what the file is. */
const signs: readonly [sign: RegExp, is: string][] = [
  [/^$/, 'it is empty'],
  [/^version https:\/\/git-lfs/, 'it is a pointer of Git LFS, and not the file to which that points'],
  [/^\s*<(!doctype|html|\?xml)/i, 'it is a page of the web'],
  [/^\s*\{/, 'it is JSON'],
  [/^PK\x03\x04/, 'it is a ZIP archive, such as a .pt file of PyTorch'],
  [/^\x80[\x02-\x05]/, 'it is a pickle of Python'],
  [/^\x89HDF/, 'it is an HDF5 file, such as one of Keras'],
  [/^....TFL3/s, 'it is a model of TensorFlow Lite'],
];

/** So many bytes tell it. */
export const signBytes = 64;

/** What a file is that is no ONNX model, if that can be told from its first bytes. */
export function otherFormat(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, signBytes)).toString('latin1');
  return signs.find(([sign]) => sign.test(text))?.[1];
}
