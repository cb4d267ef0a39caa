import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { requirement } from '../requirements.ts';

/** A page in an installed Chromium; the test is skipped where there is none. */
export async function openBrowser(t: TestContext): Promise<Page | undefined> {
  if (!requirement(t, findBrowser() !== undefined, 'a Chromium (CHROMIUM_PATH)')) return undefined;
  const browser = await launchBrowser();
  t.after(() => browser.close());
  return await browser.newPage();
}
