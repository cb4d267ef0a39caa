import type { ClipJudge } from '../audio/clips/clip-judge.ts';
import type { SoundAnalysis } from '../audio/sound-analysis.ts';
import type { SourceHeard } from '../audio/listening.ts';

type Ear = Pick<SoundAnalysis, 'listening' | 'judge' | 'forget'>;

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

  /** By what the node that was deployed last judges. */
  get newest(): ClipJudge | undefined {
    return [...this.#nodes.values()].at(-1)?.judge;
  }

  /** Begins the highest scores of a node anew, as `Listening.reset`. @returns whether there is such a node. */
  reset(node: string, of: { site?: string | undefined; source?: string | undefined } = {}): boolean {
    const ear = this.#nodes.get(node);
    ear?.listening.reset(of);
    return ear !== undefined;
  }

  /** A source is gone: nobody is shown what it heard. */
  forget(source: { site: string; source: string }): void {
    for (const ear of this.#nodes.values()) ear.forget(source);
  }
}
