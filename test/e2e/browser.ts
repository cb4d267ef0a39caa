import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { requirement } from '../requirements.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page in the system's Chromium; the test is skipped where there is none. */
export async function openBrowser(
  t: TestContext,
  options: { width?: number; height?: number } = {},
): Promise<Page | undefined> {
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const executablePath = program.find(executable);
  if (!requirement(t, executablePath !== undefined, 'Chromium on the PATH')) return undefined;
  const profile = mkdtempSync(join(tmpdir(), 'sentinel-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0,
    args: quiet,
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
  });
  t.after(async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  });
  return await browser.newPage();
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
