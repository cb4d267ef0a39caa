const form = /^[0-9a-f]{32}$/;

/** Whether a text has the form of an evidence id: 32 lower-case hex digits, so never a path, however it was encoded. */
export function isEvidenceId(text: string): boolean {
  return form.test(text);
}

/** Files of before have the id alone. */
const fileName = /(?:[0-9a-f]{64}-)?[0-9a-f]{32}\.(?:jpg|png|wav|mp4)$/;

/** How we name an evidence file: by the SHA-256 of what is in it, and by its id, since two incidents may have the same picture. */
export const evidenceFileName = new RegExp(`^${fileName.source}`);

/** The path of such a file below the data folder; a row that names another one was written by somebody else. */
export const evidenceFilePath = new RegExp(`^evidence/\\d{4}-\\d\\d-\\d\\d/${fileName.source}`);

/** An evidence id from a UUID: the same randomness without the dashes. */
export function evidenceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}
