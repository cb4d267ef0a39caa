/** Asks the machine that Node-RED runs on, below its admin root. Rejects with the request, for `problemOf`. */
export function askMachine<Answer>(question: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const asked = new URLSearchParams(query).toString();
  return new Promise((resolve, reject) => {
    $.getJSON(`echosight/${question}${asked === '' ? '' : `?${asked}`}`).then(
      (answer) => {
        resolve(answer as Answer);
      },
      (request) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what jQuery fails with
        reject(request);
      },
    );
  });
}

/**
 * Why a question was not answered, for people: what the machine says, else a sentence of the dialog.
 * @param say The dialog's own sentences.
 */
export function problemOf(failed: unknown, say: (key: 'forbidden' | 'unreachable') => string): string {
  const { status, responseJSON } = failed as {
    status: number;
    responseJSON?: { message?: string; detail?: string; hint?: string };
  };
  const { message, detail = message, hint = '' } = responseJSON ?? {};
  if (detail !== undefined) return `${detail} ${hint}`.trim();
  return say(status === 401 || status === 403 ? 'forbidden' : 'unreachable');
}
