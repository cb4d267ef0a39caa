import type { SoundAnalysis } from '../audio/sound-analysis.ts';
import type { SourceHeard } from '../audio/listening.ts';

type Ear = Pick<SoundAnalysis, 'listening' | 'thresholds' | 'forget'>;

/** What all audio-classify nodes of a Site hear. */
export class ListeningBoard {
  readonly #nodes = new Map<string, Ear>();

  /** @returns takes it away again. */
  add(node: string, ear: Ear): () => void {
    this.#nodes.set(node, ear);
    return () => {
      if (this.#nodes.get(node) === ear) this.#nodes.delete(node);
    };
  }

  get all(): ({ node: string; sources: SourceHeard[] } & Pick<Ear['listening'], 'model' | 'fault' | 'runs'>)[] {
    return [...this.#nodes].map(([node, { listening }]) => {
      const { model, fault, runs, sources } = listening;
      return { node, model, fault, runs, sources };
    });
  }

  /** The model and the thresholds of the node that was deployed last. */
  get newest(): { model: string; thresholds: Record<string, number> } | undefined {
    const ear = [...this.#nodes.values()].at(-1);
    return ear && { model: ear.listening.model, thresholds: ear.thresholds };
  }

  /** Begins the highest scores of a node anew, of one source or of all. @returns whether there is such a node. */
  reset(node: string, source?: string): boolean {
    const ear = this.#nodes.get(node);
    ear?.listening.reset(source);
    return ear !== undefined;
  }

  /** A source is gone: nobody is shown what it heard. */
  forget(source: { site: string; source: string }): void {
    for (const ear of this.#nodes.values()) ear.forget(source);
  }
}
