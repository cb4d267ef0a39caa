import type { Page } from 'playwright-core';

/**
 * Waits until the editor has put the keyboard into the dialog that it opens, which it does a moment after it shows it: whatever
 * had it before loses it then.
 */
export async function dialogHasKeyboard(page: Page): Promise<void> {
  await page.waitForFunction(
    "[...document.querySelectorAll('.red-ui-tray-body')].at(-1)?.contains(document.activeElement)",
  );
}
