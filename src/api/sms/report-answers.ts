import type { ReportReceiver } from '../../contracts/ports.ts';
import type { Handlers, OpenCall } from '../call.ts';
import { Problem } from '../problem.ts';
import { sendText } from '../send.ts';
import { rawBody } from '../whatsapp/raw-body.ts';

/** What the address for reports serves. */
export interface ReportHost {
  /** Whoever takes reports about messages of an account node: none without an address that the provider reaches. */
  smsReceivers(account: string): readonly ReportReceiver[];
}

/** A report has some hundred bytes. */
const longestBytes = 16 * 1024;
const mostAtOnce = 32;

/** The address that Twilio posts to: open to the world, and what comes in is believed for its signature alone. */
export class ReportAnswers {
  readonly #host: ReportHost;
  #reading = 0;
  readonly handlers = {
    takeSmsReport: (call) => this.#take(call),
  } satisfies Partial<Handlers>;

  constructor(host: ReportHost) {
    this.#host = host;
  }

  /** @throws Problem 401 without a right signature, 404, 408, 413, 503 */
  async #take({ request, response }: OpenCall): Promise<void> {
    const search = new URL(request.url ?? '/', 'http://localhost').search;
    const receivers = this.#host.smsReceivers(new URLSearchParams(search).get('account') ?? '');
    if (receivers.length === 0) throw new Problem(404, 'There is nothing here.');
    const signature = request.headers['x-twilio-signature'];
    if (typeof signature !== 'string') throw unsigned();
    if (this.#reading >= mostAtOnce) throw tooMuch();
    this.#reading += 1;
    try {
      const body = await rawBody(request, longestBytes);
      const report = { search, form: new URLSearchParams(body.toString('utf8')) };
      const trusting = receivers.filter((receiver) => receiver.trusts(report, signature));
      if (trusting.length === 0) throw unsigned();
      for (const receiver of trusting) await receiver.take(report);
    } finally {
      this.#reading -= 1;
    }
    sendText(request, response, 'text/plain; charset=utf-8', '');
  }
}

function unsigned(): Problem {
  return new Problem(401, 'The signature is missing or wrong.', { headers: { Connection: 'close' } });
}

function tooMuch(): Problem {
  return new Problem(503, 'Too much is coming in at once.', { headers: { 'Retry-After': '10', Connection: 'close' } });
}
