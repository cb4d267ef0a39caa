import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical in a part of a page, each in a line. @param part CSS selector of ours */
export async function accessibilityFaults(page: Page, part: string): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate<string[]>(`axe.run(${JSON.stringify(part)}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
      [id, help, target.join(' '), failureSummary.replace(/\\s+/g, ' ')].join(' | '))))`);
}

/** A finger needs so many pixels each way. */
const fingerPx = 40;

/**
 * What is too small to be pressed with a finger, each in a line. Marks of the time line have a place that time gives them, and keys that walk
 * them. @param part CSS selector of ours
 */
export async function tooSmall(page: Page, part: string): Promise<string[]> {
  return await page.evaluate<string[]>(`[...document.querySelectorAll(${JSON.stringify(part)})]
    .flatMap((part) => [...part.querySelectorAll('button, a, input, select, textarea, summary')])
    .filter((one) => one.checkVisibility() && one.closest('.es-course') === null && one.type !== 'file' && one.ariaHidden !== 'true')
    .flatMap((one) => {
      const { width, height } = (one.closest('label') ?? one).getBoundingClientRect();
      const isSmall = Math.min(width, height) < ${fingerPx} - 0.5;
      return isSmall ? [Math.round(width) + ' x ' + Math.round(height) + ' ' + one.outerHTML.slice(0, 120)] : [];
    })`);
}
