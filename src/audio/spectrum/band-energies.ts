import type { MelBand } from '../mel-bands.ts';
import { memoryBytes, pair, Program, whole, type Code } from './wasm.ts';

/** Of a spectrum; frames are shorter, and the rest is silence. */
const points = 512;
/** The spectrum of real samples is made of that of half as many complex ones: even samples real, odd ones imaginary. */
const half = points / 2;
/** Each pass has so many steps, each of which takes and gives four numbers. 256 is 4 x 4 x 4 x 4. */
const steps = half / 4;
const passes = 4;

/** Bytes: of a number for each of both frames, and of a complex one. */
const both = 16;
const complex = 2 * both;
const float = 8;
/** Three complex factors. */
const turnsOfStep = 6 * float;

/** What is measured. */
export interface FrameShape {
  /** Samples from the beginning of a frame to that of the next. */
  hop: number;
  /** Weight of each sample of a frame; so many that there are, and an even number. */
  window: Float64Array;
  /** Of bins of the magnitude spectrum of 512 points, but for 0 Hz and the highest one. */
  bands: readonly MelBand[];
  /** Energy of each band in silence. */
  least: number;
}

interface Complex {
  re: Code;
  im: Code;
}

type Places = ReturnType<typeof placesOf>;

/**
 * Energies of the bands of two frames that follow each other. An instruction of every processor adds or multiplies two 64-bit
 * floats, one for each frame: JavaScript has none of these, WebAssembly has. What comes out for one frame does not depend on the other.
 */
export class BandEnergies {
  /** Those of both frames: to be filled before each `measure`. */
  readonly samples: Float32Array;
  /** Of each band, that of the first frame and that of the second. */
  readonly energies: Float64Array;
  readonly measure: () => void;

  constructor(shape: FrameShape) {
    const { window, hop, bands } = shape;
    const places = placesOf(shape);
    const program = new Program();
    weigh(program, shape, places);
    for (let pass = 0; pass < passes; pass += 1) transform(program, pass, places);
    takeApart(program, places);
    sumUp(program, shape, places);
    const { run, memory } = program.start();
    this.measure = run;
    this.samples = new Float32Array(memory, places.samples, window.length + hop);
    this.energies = new Float64Array(memory, places.energies, 2 * bands.length);
    const write = (place: number, values: readonly number[]): void => {
      new Float64Array(memory, place, values.length).set(values);
    };
    // Taking the spectrum apart gives twice what it is.
    write(places.window, [...window.map((weight) => weight / 2)]);
    write(places.turns, passTurns());
    write(places.lastTurns, Array.from({ length: half / 2 + 1 }, (_, bin) => turn(bin / points)).flat());
    write(
      places.weights,
      bands.flatMap(({ weights }) => [...weights]),
    );
    const runs = bands.flatMap(({ first, weights }) => [first * both, weights.length]);
    new Int32Array(memory, places.bands, runs.length).set(runs);
  }
}

/** Where everything lies in the memory. */
function placesOf({ hop, window, bands }: FrameShape) {
  let end = 0;
  const place = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / both) * both;
    return at;
  };
  const places = {
    samples: place(4 * (window.length + hop)),
    window: place(float * window.length),
    frames: place(half * complex),
    here: place(half * complex),
    there: place(half * complex),
    turns: place((passes - 1) * steps * turnsOfStep),
    lastTurns: place((half + 2) * float),
    magnitudes: place((half + 1) * both),
    bands: place(2 * 4 * bands.length),
    weights: place(float * bands.reduce((sum, { weights }) => sum + weights.length, 0)),
    energies: place(both * bands.length),
  };
  if (end > memoryBytes) throw new RangeError('The frames are too long.');
  return places;
}

/** Backwards. */
function turn(share: number): [number, number] {
  return [Math.cos(2 * Math.PI * share), -Math.sin(2 * Math.PI * share)];
}

/** The factors of each step of all passes but the last one, where they are 1. */
function passTurns(): number[] {
  return Array.from({ length: passes - 1 }, (_, pass) => {
    const stride = 4 ** pass;
    return Array.from({ length: steps }, (__, step) => {
      return [1, 2, 3].flatMap((times) => turn((times * (step - (step % stride))) / half));
    });
  }).flat(3);
}

/** Samples times window, as complex numbers; what lies behind them is zero for ever. */
function weigh(program: Program, { window, hop }: FrameShape, { samples, window: weights, frames }: Places): void {
  program.each(whole.of(0), whole.of(window.length / 2), (index) => {
    const from = program.keepWhole(whole.mul(index, whole.of(2 * 4)));
    const weight = program.keepWhole(whole.mul(index, whole.of(2 * float)));
    const to = program.keepWhole(whole.mul(index, whole.of(complex)));
    for (const part of [0, 1]) {
      const sample = pair.loadFloats(from, samples + 4 * part, samples + 4 * (part + hop));
      program.store(to, frames + both * part, pair.mul(sample, pair.loadOne(weight, weights + float * part)));
    }
  });
}

/** One pass of Stockham's transform by four, which needs no order to be made afterwards. */
function transform(program: Program, pass: number, { turns, ...places }: Places): void {
  const source = pass === 0 ? places.frames : pass % 2 === 1 ? places.here : places.there;
  const target = pass % 2 === 0 ? places.here : places.there;
  const stride = 4 ** pass;
  program.each(whole.of(0), whole.of(steps), (step) => {
    const from = program.keepWhole(whole.mul(step, whole.of(complex)));
    const [a, b, c, d] = [0, 1, 2, 3].map((part) => loaded(program, from, source + part * steps * complex)) as Four;
    const [ac, bd] = [plus(program, a, c), plus(program, b, d)];
    const [over, aside] = [minus(program, a, c), minus(program, b, d)];
    // The difference of b and d a quarter turn backwards.
    const turned = { re: aside.im, im: aside.re };
    const results: Four = [
      { re: pair.add(ac.re, bd.re), im: pair.add(ac.im, bd.im) },
      { re: pair.add(over.re, turned.re), im: pair.sub(over.im, turned.im) },
      { re: pair.sub(ac.re, bd.re), im: pair.sub(ac.im, bd.im) },
      { re: pair.sub(over.re, turned.re), im: pair.add(over.im, turned.im) },
    ];
    const place = whole.sub(
      whole.mul(step, whole.of(4)),
      whole.mul(whole.and(step, whole.of(stride - 1)), whole.of(3)),
    );
    const to = program.keepWhole(whole.mul(place, whole.of(complex)));
    const factors = program.keepWhole(whole.mul(step, whole.of(turnsOfStep)));
    results.forEach((result, part) => {
      const at = turns + pass * steps * turnsOfStep + (part - 1) * 2 * float;
      const isTurned = part > 0 && pass < passes - 1;
      const value = isTurned ? times(program, result, factor(program, factors, at)) : result;
      program.store(to, target + part * stride * complex, value.re);
      program.store(to, target + part * stride * complex + both, value.im);
    });
  });
}

/** Magnitudes of the spectrum of the samples, two bins at a time, from that of the complex numbers. */
function takeApart(program: Program, { there, lastTurns, magnitudes }: Places): void {
  program.each(whole.of(1), whole.of(half / 2 + 1), (bin) => {
    const up = program.keepWhole(whole.mul(bin, whole.of(complex)));
    const down = program.keepWhole(whole.sub(whole.of(half * complex), up));
    const [low, high] = [loaded(program, up, there), loaded(program, down, there)];
    const even: Complex = {
      re: program.keep(pair.add(low.re, high.re)),
      im: program.keep(pair.sub(low.im, high.im)),
    };
    const odd: Complex = { re: pair.add(low.im, high.im), im: pair.sub(high.re, low.re) };
    const factors = program.keepWhole(whole.mul(bin, whole.of(2 * float)));
    const turned = times(program, odd, factor(program, factors, lastTurns));
    const at = program.keepWhole(whole.mul(bin, whole.of(both)));
    const opposite = program.keepWhole(whole.sub(whole.of(half * both), at));
    program.store(at, magnitudes, magnitude(plus(program, even, turned)));
    program.store(opposite, magnitudes, magnitude(minus(program, even, turned)));
  });
}

/** Adds up the bins of each band, each with its weight. */
function sumUp(program: Program, shape: FrameShape, { magnitudes, bands, weights, energies }: Places): void {
  const weight = program.variableWhole(whole.of(0));
  program.each(whole.of(0), whole.of(shape.bands.length), (band) => {
    const run = program.keepWhole(whole.mul(band, whole.of(2 * 4)));
    const bin = program.variableWhole(whole.load(run, bands));
    const sum = program.variable(pair.of(shape.least));
    program.each(whole.of(0), whole.load(run, bands + 4), () => {
      const part = pair.mul(pair.loadOne(weight.get, weights), pair.load(bin.get, magnitudes));
      sum.set(pair.add(sum.get, part));
      weight.set(whole.add(weight.get, whole.of(float)));
      bin.set(whole.add(bin.get, whole.of(both)));
    });
    program.store(whole.mul(band, whole.of(both)), energies, sum.get);
  });
}

type Four = [Complex, Complex, Complex, Complex];

function loaded(program: Program, address: Code, offset: number): Complex {
  return { re: program.keep(pair.load(address, offset)), im: program.keep(pair.load(address, offset + both)) };
}

/** The same for both frames. */
function factor(program: Program, address: Code, offset: number): Complex {
  return {
    re: program.keep(pair.loadOne(address, offset)),
    im: program.keep(pair.loadOne(address, offset + float)),
  };
}

function plus(program: Program, one: Complex, other: Complex): Complex {
  return { re: program.keep(pair.add(one.re, other.re)), im: program.keep(pair.add(one.im, other.im)) };
}

function minus(program: Program, one: Complex, other: Complex): Complex {
  return { re: program.keep(pair.sub(one.re, other.re)), im: program.keep(pair.sub(one.im, other.im)) };
}

function times(program: Program, one: Complex, by: Complex): Complex {
  const [re, im] = [program.keep(one.re), program.keep(one.im)];
  return {
    re: pair.sub(pair.mul(re, by.re), pair.mul(im, by.im)),
    im: pair.add(pair.mul(re, by.im), pair.mul(im, by.re)),
  };
}

function magnitude({ re, im }: Complex): Code {
  return pair.root(pair.add(pair.mul(re, re), pair.mul(im, im)));
}
