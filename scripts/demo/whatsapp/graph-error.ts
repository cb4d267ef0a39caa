/** HTTP status and title of the errors that the sandbox itself gives or is asked to give. */
const known: Readonly<Record<number, readonly [status: number, title: string]>> = {
  0: [401, 'Unable to authenticate the app user'],
  1: [500, 'Possibly a temporary issue due to downtime'],
  2: [503, 'Temporary issue due to downtime'],
  3: [500, 'Capability or permissions issue'],
  4: [400, 'Application request limit reached'],
  10: [403, 'Application does not have permission for this action'],
  33: [400, 'The business phone number has been deleted'],
  100: [400, 'Invalid parameter'],
  190: [401, 'Invalid OAuth access token - Cannot parse access token'],
  200: [403, 'Permissions error'],
  368: [403, 'Temporarily blocked for policies violations'],
  2500: [400, 'Unknown path components'],
  80007: [400, 'Rate limit issues'],
  130429: [429, 'Rate limit hit'],
  130497: [403, 'Business account is restricted from messaging users in this country'],
  131000: [500, 'Something went wrong'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [503, 'Service unavailable'],
  131026: [400, 'Message undeliverable'],
  131031: [403, 'Business account has been locked'],
  131047: [400, 'Re-engagement message'],
  131048: [400, 'Spam rate limit hit'],
  131049: [400, 'This message was not delivered to maintain healthy ecosystem engagement'],
  131051: [400, 'Unsupported message type'],
  131053: [400, 'Media upload error'],
  131056: [400, '(Business Account, Consumer Account) pair rate limit hit'],
  131057: [500, 'Business account is in maintenance mode'],
  132000: [400, 'Number of parameters does not match the expected number of params'],
  132001: [404, 'Template name does not exist in the translation'],
  132005: [400, 'Translated text too long'],
  132007: [400, 'Format character policy violated'],
  132012: [400, 'Parameter format does not match format in the created template'],
  132015: [400, 'Template is paused'],
  132016: [400, 'Template is disabled'],
  133010: [400, 'Account not registered'],
};

/** What the API calls an error; permissions have a hundred codes. */
export function titleOf(code: number): string {
  return errorOf(code)[1];
}

function errorOf(code: number): readonly [status: number, title: string] {
  return known[code >= 200 && code <= 299 ? 200 : code] ?? [400, 'Unknown error'];
}

/** A refusal of the Graph API, as the sandbox answers it. */
export class GraphError extends Error {
  readonly code: number;
  readonly status: number;
  readonly details: string | undefined;
  readonly transient: boolean;

  constructor(code: number, details?: string, options: { status?: number; transient?: boolean } = {}) {
    const [status, title] = errorOf(code);
    super(`(#${code}) ${title}`);
    this.code = code;
    this.status = options.status ?? status;
    this.details = details;
    this.transient = options.transient ?? false;
  }

  /** The body of the answer. */
  body(trace: string): object {
    return {
      error: {
        message: this.message,
        type: 'OAuthException',
        code: this.code,
        ...(this.details === undefined ? {} : { error_data: { messaging_product: 'whatsapp', details: this.details } }),
        ...(this.transient ? { is_transient: true } : {}),
        fbtrace_id: trace,
      },
    };
  }
}
