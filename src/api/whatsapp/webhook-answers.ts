import type { IncomingMessage } from 'node:http';
import type { WebhookReceiver } from '../../contracts/ports.ts';
import type { Handlers, OpenCall } from '../call.ts';
import { Problem } from '../problem.ts';
import { sendText } from '../send.ts';
import { rawBody } from './raw-body.ts';

/** What the webhook serves. */
export interface WebhookHost {
  /** Whoever takes what WhatsApp posts: none without a secret. */
  whatsAppReceivers(): readonly WebhookReceiver[];
}

/** Each may hold 3 MB in memory, and anybody may ask. */
const mostAtOnce = 32;
const longestChallenge = 1024;

/**
 * The address that Meta posts to. It is open to the world: what comes in is believed for its signature alone, and
 * nothing is told to whoever has none.
 */
export class WebhookAnswers {
  readonly #host: WebhookHost;
  #reading = 0;
  readonly handlers = {
    proveWebhook: (call) => {
      this.#prove(call);
    },
    takeWebhook: (call) => this.#take(call),
  } satisfies Partial<Handlers>;

  constructor(host: WebhookHost) {
    this.#host = host;
  }

  /** Proves to Meta that the address is ours. @throws Problem 403, 404 */
  #prove({ request, response }: OpenCall): void {
    const receivers = this.#receivers();
    const asked = new URLSearchParams(request.url?.split('?', 2)[1]);
    const [token, challenge] = [asked.get('hub.verify_token') ?? '', asked.get('hub.challenge') ?? ''];
    const proven = receivers.map((receiver) => receiver.knows(token)).includes(true);
    if (!proven || asked.get('hub.mode') !== 'subscribe' || challenge === '' || challenge.length > longestChallenge) {
      throw new Problem(403, 'This is not the verify token.');
    }
    sendText(request, response, 'text/plain; charset=utf-8', challenge);
  }

  /** @throws Problem 401 without a right signature, 404, 408, 413, 503 */
  async #take({ request, response }: OpenCall): Promise<void> {
    const receivers = this.#receivers();
    const signature = request.headers['x-hub-signature-256'];
    if (typeof signature !== 'string') throw unsigned();
    const body = await this.#read(request);
    const trusting = receivers.filter((receiver) => receiver.trusts(body, signature));
    if (trusting.length === 0) throw unsigned();
    // Meta posts it again, to all of them: who has it already knows it.
    if (trusting.map((receiver) => receiver.take(body)).includes(false)) throw tooMuch();
    sendText(request, response, 'text/plain; charset=utf-8', '');
  }

  async #read(request: IncomingMessage): Promise<Buffer> {
    if (this.#reading >= mostAtOnce) throw tooMuch();
    this.#reading += 1;
    try {
      return await rawBody(request);
    } finally {
      this.#reading -= 1;
    }
  }

  #receivers(): readonly WebhookReceiver[] {
    const receivers = this.#host.whatsAppReceivers();
    if (receivers.length === 0) throw new Problem(404, 'There is nothing here.');
    return receivers;
  }
}

function unsigned(): Problem {
  return new Problem(401, 'The signature is missing or wrong.', { headers: { Connection: 'close' } });
}

function tooMuch(): Problem {
  return new Problem(503, 'Too much is coming in at once.', { headers: { 'Retry-After': '10', Connection: 'close' } });
}
