import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { nodeTypes } from '../../scripts/build/paths.ts';

/** Opens the editor of a Node-RED whose flow has every node type of ours, and the dialog of one node of each. */
export async function assertDialogsOpen(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  await page.goto(url);
  await page.locator('.red-ui-flow-node').first().waitFor();
  // What the editor still does while this shows disturbs the first dialog.
  await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  const unknown = await page.evaluate("RED.nodes.filterNodes({ type: 'unknown' }).map((node) => node.name)");
  assert.deepEqual(unknown, []);
  for (const type of nodeTypes) await openDialog(page, type);
  assert.deepEqual(faults, []);
  await page.close();
}

async function openDialog(page: Page, type: string): Promise<void> {
  const opened = await page.evaluate(`(() => {
    let found;
    const take = (node) => { if (node.type === '${type}') found ??= node; };
    RED.nodes.eachNode(take);
    RED.nodes.eachConfig(take);
    if (found === undefined) return false;
    if (found._def.category === 'config') RED.editor.editConfig('', found.type, found.id);
    else RED.editor.edit(found);
    return true;
  })()`);
  assert.ok(opened, `no ${type} in the editor`);
  await page.locator('.echosight-form').waitFor();
  const untranslated = (await page.locator('.echosight-form [data-i18n]').allTextContents()).filter((text) =>
    /^[\w-]+\.\w+\./.test(text),
  );
  assert.deepEqual(untranslated, [], type);
  await page.waitForTimeout(300);
  await page.locator('#node-dialog-cancel:visible, #node-config-dialog-cancel:visible').click();
  await page.locator('.echosight-form').waitFor({ state: 'detached' });
  await page.waitForTimeout(300);
}
