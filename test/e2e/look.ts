import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Keeps a picture in the folder SCREENSHOTS, when somebody wants to look. @param more such as the whole page */
export async function look(page: Page, name: string, more: { fullPage?: boolean } = {}): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), ...more });
}
