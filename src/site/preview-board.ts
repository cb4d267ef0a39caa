import type { Frame } from '../contracts/messages.ts';
import type { PreviewPicture, Previews, PreviewSource } from '../vision/preview/previews.ts';
import { RenderSeats } from '../vision/preview/render-seats.ts';

/** The picture library has four threads for all of Node-RED; files and names are looked up in them, too. */
const rendersAtATime = 2;

/** One source of one node. */
export interface BoardedPreview extends PreviewSource {
  /** Id of the node. */
  node: string;
  model: string;
  /** Pictures a second at most; 0: none. */
  rate: number;
  /** Why nobody looks at its frames. */
  fault: string | undefined;
}

/** The live pictures of all detectron-infer nodes of a Site. */
export class PreviewBoard {
  readonly seats = new RenderSeats(rendersAtATime);
  readonly #nodes = new Map<string, Previews>();

  /** @returns takes them away again. */
  add(node: string, previews: Previews): () => void {
    this.#nodes.set(node, previews);
    return () => {
      if (this.#nodes.get(node) === previews) this.#nodes.delete(node);
    };
  }

  of(node: string): Previews | undefined {
    return this.#nodes.get(node);
  }

  get all(): BoardedPreview[] {
    return [...this.#nodes].flatMap(([node, previews]) => {
      const { model, rate, fault } = previews;
      return previews.sources.map((source) => ({ ...source, node, model, rate, fault }));
    });
  }

  /** A source is gone: nobody is shown what it saw. */
  forget(camera: Pick<Frame, 'site' | 'source'>): void {
    for (const previews of this.#nodes.values()) previews.forget(camera);
  }

  /** As `Previews.watch`. */
  watch(id: string): PreviewPicture | undefined | 'unknown' {
    const found = [...this.#nodes.values()].find(({ sources }) => sources.some((source) => source.id === id));
    return found === undefined ? 'unknown' : found.watch(id);
  }
}
