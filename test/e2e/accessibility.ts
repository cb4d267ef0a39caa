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
