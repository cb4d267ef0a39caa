import type { Call, Handlers } from '../call.ts';
import { sendJson, sendText } from '../send.ts';
import { openApiDocument, type OpenApiDocument } from './document.ts';
import { openApiPage, pagePolicy } from './page.ts';

/** Answers who wants to know what there is to ask. */
export class OpenApiAnswers {
  readonly #version: string;
  readonly handlers = {
    readOpenApi: ({ request, response }) => {
      sendJson(request, response, 200, this.#document(placeOf(request)));
    },
    readApiPage: ({ request, response }) => {
      response.setHeader('Content-Security-Policy', pagePolicy);
      const page = openApiPage(this.#document(placeOf(request)));
      sendText(request, response, 'text/html; charset=utf-8', page);
    },
  } satisfies Partial<Handlers>;

  /** Made once: the place stays. */
  #made: { place: string; document: OpenApiDocument } | undefined;

  constructor({ version }: { version: string }) {
    this.#version = version;
  }

  #document(place: string): OpenApiDocument {
    if (this.#made?.place !== place) this.#made = { place, document: openApiDocument(this.#version, place) };
    return this.#made.document;
  }
}

/** Where we are mounted: Express tells the whole path beside ours. */
function placeOf(request: Call['request'] & { originalUrl?: string }): string {
  const { originalUrl = '', url = '' } = request;
  return originalUrl.endsWith(url) ? originalUrl.slice(0, originalUrl.length - url.length) : '';
}
