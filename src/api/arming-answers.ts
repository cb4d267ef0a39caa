import type { Caller, Scope } from '../contracts/access.ts';
import { SiteArmingRequest, type ArmingRequest, type SiteArming } from '../contracts/arming.ts';
import { SentinelError } from '../contracts/errors.ts';
import { assertMatches } from '../contracts/guards.ts';
import type { Call, Handlers } from './call.ts';
import { assertUnchanged, EditTurns, isConditional } from './edits.ts';
import { jsonBody } from './json-body.ts';
import { Problem } from './problem.ts';
import { sendJson } from './send.ts';
import { chosenSite } from './whole-site.ts';

/** A site whose mode pages and programs read and change. */
export interface ArmableSite {
  readonly id: string;
  arming(): Promise<SiteArming>;
  arm(request: ArmingRequest, by: Caller): Promise<SiteArming>;
}

export interface ArmingHost {
  /** Those of which the caller may see something. */
  armableSites(scope: Scope): readonly ArmableSite[];
}

/** Answers who asks for the mode, and arms or disarms. */
export class ArmingAnswers {
  readonly #host: ArmingHost;
  readonly #edits = new EditTurns();
  readonly handlers = {
    readArming: (call) => this.#read(call),
    changeArming: (call) => this.#change(call),
  } satisfies Partial<Handlers>;

  constructor(host: ArmingHost) {
    this.#host = host;
  }

  async #read({ request, response, caller }: Call): Promise<void> {
    const sites = await this.#armings(caller);
    sendJson(request, response, 200, { sites }, editedOf(sites));
  }

  /** @throws Problem 400, 403, 404, 409, 412, 413, 415, 422 */
  async #change({ request, response, caller }: Call): Promise<void> {
    const { site, ...asked } = readRequest(await jsonBody(request));
    const arm = () => chosenSite(this.#host.armableSites(caller), site, caller).arm(asked, caller);
    // Who minds nobody else's order waits for none: a disk that hangs keeps each for seconds.
    const changed = isConditional(request)
      ? await this.#edits.take('', async () => {
          assertUnchanged(request, editedOf(await this.#armings(caller)));
          return await arm();
        })
      : await arm();
    sendJson(request, response, 200, changed);
  }

  #armings(caller: Caller): Promise<SiteArming[]> {
    return Promise.all(this.#host.armableSites(caller).map((site) => site.arming()));
  }
}

/** What people set; the time to leave ends by itself. */
function editedOf(sites: readonly SiteArming[]): unknown {
  return sites.map(({ site, mode, at, by }) => ({ site, mode, at, by }));
}

function readRequest(body: unknown): ArmingRequest & { site?: string } {
  try {
    assertMatches(SiteArmingRequest, body, 'request for a mode');
    return body as ArmingRequest & { site?: string };
  } catch (error) {
    if (error instanceof SentinelError) throw new Problem(422, error.message);
    throw error;
  }
}
