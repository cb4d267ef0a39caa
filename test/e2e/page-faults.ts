import type { Page } from 'playwright-core';

/** Notes what goes wrong in a page of the editor, but for Node-RED's own tips, which fail in one that stays open for long. */
export function noteFaults(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => {
    const said = error.stack ?? error.message;
    if (!(said.includes("reading 'html'") && said.includes('/red/red.'))) faults.push(said);
  });
}
