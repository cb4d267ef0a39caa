/** What a call to the Graph API came to. Texts in it are free of secrets and of full phone numbers. */
export type Answer =
  /** `id` names the message or the uploaded media. */
  | { result: 'ok'; id: string }
  | { result: 'refused'; refusal: Refusal }
  /** Nothing of the request was written: trying again cannot make a duplicate. */
  | { result: 'unreached'; detail: string }
  /** The request was written, but no usable answer came: it may have been accepted. */
  | { result: 'unknown'; detail: string };

/** An answer that says no. */
export interface Refusal {
  /** HTTP status. */
  status: number;
  /** `error.code` of the Graph API; undefined when the answer had none. */
  code: number | undefined;
  /** The API's own words, `error_data.details` and trace id included. */
  message: string;
  /** `error.is_transient` */
  transient: boolean;
  /** The Retry-After header, in milliseconds. */
  retryAfterMs: number | undefined;
}
