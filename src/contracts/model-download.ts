/** How it goes with the download of a model that a dialog asked for. */
export interface ModelDownload {
  /** `idle`: nobody has asked for it since Node-RED was started. */
  state: 'idle' | 'running' | 'done' | 'failed';
  /** Bytes that are there, and bytes at all. */
  there: number;
  bytes: number;
  /** While it runs: what goes wrong. When it has failed: why, and what can be done. */
  said?: string;
}
