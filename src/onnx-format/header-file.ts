import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { SentinelError } from '../contracts/errors.ts';
import { HeaderReading, type ModelHeader } from './inspect.ts';
import { otherFormat, signBytes } from './other-formats.ts';
import { broken, longestVarint, wireType, type Field } from './protobuf-reader.ts';
import { graphFields, modelFields, tensorFields } from './schema.ts';

/**
 * What reading a header may cost, in steps of less than a microsecond: more than the largest detectors take. A file that
 * asks for more is not read any further on the main thread.
 */
export const mostSteps = 25_000;
/** A look into the file, and a field that is taken out of it, take as long as so many others. */
const stepsOfRead = 5;
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

/** Counts what a reading costs. */
export class Steps {
  taken = 0;

  /** @throws SentinelError ES_MODEL_INVALID when there are too many. */
  take(steps = 1): void {
    this.taken += steps;
    if (this.taken > mostSteps) throw tooMuch();
  }
}

/**
 * Reads the header of an ONNX file without its weights: some dozens of kilobytes of a file of any size, in a few
 * milliseconds, so that the main thread may do it. Whether the file is sound, `inspectModel` says.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export function readHeader(file: string, steps = new Steps()): ModelHeader {
  const descriptor = open(file);
  try {
    return readFrom(new Pieces(descriptor, steps), steps);
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

function readFrom(pieces: Pieces, steps: Steps): ModelHeader {
  const reading = new HeaderReading(() => {
    steps.take();
  });
  const { opset, irVersion, metadata, graph } = modelFields;
  const weights: Place[] = [];
  for (const field of pieces.fields(0, pieces.size)) {
    if ([opset, irVersion, metadata].includes(field.number)) reading.ofModel(pieces.load(field));
    if (field.number !== graph) continue;
    for (const part of pieces.fields(field.start, field.end)) {
      if (part.number === graphFields.input || part.number === graphFields.output) reading.ofGraph(pieces.load(part));
      if (part.number === graphFields.initializer) weights.push(part);
    }
  }
  // Their names only tell which inputs are none.
  for (const { start, end } of reading.inputs > 1 ? weights : []) {
    for (const field of pieces.fields(start, end)) {
      if (field.number === tensorFields.name) reading.ofWeight(pieces.load(field));
    }
  }
  return reading.finish();
}

/** A file that is read where somebody looks. */
class Pieces {
  readonly size: number;
  readonly #descriptor: number;
  readonly #steps: Steps;
  readonly #window = Buffer.alloc(windowBytes);
  /** What of the file is in the window. */
  #from = 0;
  #to = 0;
  /** Where the last number ended. */
  #at = 0;
  #loaded = 0;

  constructor(descriptor: number, steps: Steps) {
    this.#descriptor = descriptor;
    this.#steps = steps;
    this.size = fstatSync(descriptor).size;
  }

  *fields(start: number, end: number): Generator<Place> {
    for (let at = start; at < end;) {
      this.#steps.take();
      const tag = this.#varint(at, end);
      const wire = tag % 8;
      if (tag < 8) throw broken('a field has the number 0');
      const length = this.#lengthOf(wire, end);
      const from = this.#at;
      if (from + length > end) throw broken('a field is longer than the file');
      yield { number: Math.floor(tag / 8), wire, start: from, end: from + length };
      at = from + length;
    }
  }

  /** The field with its payload. */
  load({ number, wire, start, end }: Place): Field {
    this.#steps.take(stepsOfRead);
    this.#loaded += end - start;
    if (this.#loaded > mostLoaded) throw tooMuch();
    return { number, wire, payload: this.#bytes(start, end - start) };
  }

  /** Of a payload, which begins where the reading stands then. */
  #lengthOf(wire: number, end: number): number {
    const start = this.#at;
    switch (wire) {
      case wireType.varint: {
        this.#varint(start, end);
        const length = this.#at - start;
        this.#at = start;
        return length;
      }
      case wireType.fixed64:
        return 8;
      case wireType.fixed32:
        return 4;
      case wireType.bytes:
        return this.#varint(start, end);
      default:
        throw broken(`a field has the unknown wire type ${wire}`);
    }
  }

  #varint(start: number, end: number): number {
    let [value, scale] = [0, 1];
    for (let at = start; at < start + longestVarint; at += 1) {
      if (at >= end) throw broken('it ends in the middle of a number');
      const byte = this.#byte(at);
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      this.#at = at + 1;
      if (byte < 0x80) return value;
    }
    throw broken('a number is longer than 64 bits');
  }

  #bytes(at: number, length: number): Uint8Array {
    if (length > windowBytes) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, this.#read(bytes, at));
    }
    this.#look(at, length);
    return Uint8Array.from(this.#window.subarray(at - this.#from, Math.min(this.#to, at + length) - this.#from));
  }

  /** Moves the window, unless everything is in it. */
  #look(at: number, length: number): void {
    if (at >= this.#from && at + length <= this.#to) return;
    this.#from = at;
    this.#to = at + this.#read(this.#window, at);
  }

  #byte(at: number): number {
    this.#look(at, 1);
    const byte = at < this.#to ? this.#window[at - this.#from] : undefined;
    if (byte === undefined) throw broken('it ends in the middle of a number');
    return byte;
  }

  /** @returns how many bytes there were. */
  #read(target: Buffer, at: number): number {
    this.#steps.take(stepsOfRead);
    return readSync(this.#descriptor, target, 0, target.length, at);
  }
}

function tooMuch(): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', 'The model is too intricate to be recognised by its header.', {
    hint: 'Describe it in a NAME.json beside it.',
  });
}
