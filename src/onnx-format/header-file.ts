import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { SentinelError } from '../contracts/errors.ts';
import { HeaderReading, type ModelHeader } from './inspect.ts';
import { otherFormat, signBytes } from './other-formats.ts';
import { broken, endOfVarint, lengthFrom, wireType, type Field } from './protobuf-reader.ts';
import { graphFields, modelFields, tensorFields } from './schema.ts';

/** Much more than the largest detectors have: a file with more is not read any further on the main thread. */
const mostFields = 50_000;
const mostRead = 16 * 1024 * 1024;
/** Inputs, outputs and notes together, which are read byte by byte; names of a thousand classes take 30 KB. */
const mostLoaded = 512 * 1024;
const windowBytes = 4096;

/** A field whose payload stays in the file. */
interface Place {
  number: number;
  wire: number;
  start: number;
  end: number;
}

/**
 * Reads the header of an ONNX file without its weights: some dozens of kilobytes of a file of any size, in a few
 * milliseconds, so that the main thread may do it. Whether the file is sound, `inspectModel` says.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export function readHeader(file: string): ModelHeader {
  const descriptor = open(file);
  try {
    return readFrom(new Pieces(descriptor));
  } catch (error) {
    const head = Buffer.alloc(signBytes);
    const other = otherFormat(head.subarray(0, readSync(descriptor, head, 0, signBytes, 0)));
    throw other === undefined ? error : broken(other);
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string): number {
  try {
    // Opening a pipe would wait for its other end.
    if (!statSync(file).isFile()) throw new Error('it is no file');
    return openSync(file, 'r');
  } catch (cause) {
    throw new SentinelError('ES_MODEL_MISSING', `The model file ${file} cannot be read.`, { cause });
  }
}

function readFrom(pieces: Pieces): ModelHeader {
  const reading = new HeaderReading();
  const { opset, irVersion, metadata, graph } = modelFields;
  for (const field of pieces.fields(0, pieces.size)) {
    if ([opset, irVersion, metadata].includes(field.number)) reading.ofModel(pieces.load(field));
    if (field.number !== graph) continue;
    for (const part of pieces.fields(field.start, field.end)) {
      if (part.number === graphFields.input || part.number === graphFields.output) reading.ofGraph(pieces.load(part));
      if (part.number !== graphFields.initializer) continue;
      for (const of of pieces.fields(part.start, part.end)) {
        if (of.number === tensorFields.name) reading.ofWeight(pieces.load(of));
      }
    }
  }
  return reading.finish();
}

/** A file that is read where somebody looks. */
class Pieces {
  readonly size: number;
  readonly #descriptor: number;
  readonly #window = Buffer.alloc(windowBytes);
  #from = 0;
  #length = 0;
  #read = 0;
  #seen = 0;
  #loaded = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
  }

  *fields(start: number, end: number): Generator<Place> {
    for (let at = start; at < end;) {
      if (++this.#seen > mostFields) throw tooMuch();
      const tag = this.#varint(at, end);
      const wire = tag.value % 8;
      const [from, to] = this.#payload(tag.end, wire, end);
      if (to > end) throw broken('a field is longer than the file');
      yield { number: Math.floor(tag.value / 8), wire, start: from, end: to };
      at = to;
    }
  }

  /** The field with its payload. */
  load({ number, wire, start, end }: Place): Field {
    this.#loaded += end - start;
    if (this.#loaded > mostLoaded) throw tooMuch();
    return { number, wire, payload: Uint8Array.from(this.#bytes(start, end - start)) };
  }

  #payload(at: number, wire: number, end: number): [start: number, end: number] {
    if (wire === wireType.varint) return [at, this.#varint(at, end).end];
    if (wire === wireType.fixed64) return [at, at + 8];
    if (wire === wireType.fixed32) return [at, at + 4];
    if (wire !== wireType.bytes) throw broken(`a field has the unknown wire type ${wire}`);
    const length = this.#varint(at, end);
    return [length.end, length.end + length.value];
  }

  #varint(at: number, end: number): { value: number; end: number } {
    const bytes = this.#bytes(at, Math.min(10, end - at));
    const length = endOfVarint(bytes, 0);
    return { value: lengthFrom(bytes.subarray(0, length)), end: at + length };
  }

  #bytes(at: number, length: number): Uint8Array {
    if (length > windowBytes) return this.#readAt(Buffer.alloc(length), at);
    if (at < this.#from || at + length > this.#from + this.#length) {
      this.#from = at;
      this.#length = this.#readAt(this.#window, at).length;
    }
    return this.#window.subarray(at - this.#from, Math.min(at - this.#from + length, this.#length));
  }

  #readAt(target: Buffer, at: number): Uint8Array {
    const length = readSync(this.#descriptor, target, 0, target.length, at);
    this.#read += length;
    if (this.#read > mostRead) throw tooMuch();
    return target.subarray(0, length);
  }
}

function tooMuch(): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', 'The model is too intricate to be recognised by its header.', {
    hint: 'Describe it in a NAME.json beside it.',
  });
}
