const form = /^[0-9a-f]{32}$/;

/** Whether a text has the form of an evidence id: 32 lower-case hex digits, so never a path, however it was encoded. */
export function isEvidenceId(text: string): boolean {
  return form.test(text);
}

/** An evidence id from a UUID: the same randomness without the dashes. */
export function evidenceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}
