import type { Calibrations } from '../audio/calibration/calibrations.ts';

/** The calibrations of all audio-classify nodes of a Site. */
export class CalibrationBoard {
  readonly #nodes = new Map<string, Calibrations>();

  /** @returns takes it away again, and ends what runs. */
  add(node: string, calibrations: Calibrations): () => Promise<void> {
    this.#nodes.set(node, calibrations);
    return async () => {
      if (this.#nodes.get(node) === calibrations) this.#nodes.delete(node);
      await calibrations.close();
    };
  }

  of(node: string): Calibrations | undefined {
    return this.#nodes.get(node);
  }
}
