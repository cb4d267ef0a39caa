import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Names of a Chromium on the PATH, and where systems put one that do not use it. */
const names = ['chromium', 'chromium-browser', 'google-chrome'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** It looks at pages of this machine only, and asks nobody for anything. */
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Program file of an installed browser, or undefined. CHROMIUM_PATH names one that is elsewhere. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_PATH, ...onPath, ...places].find((place) => place !== undefined && existsSync(place));
}

/** @throws Error when no browser is installed. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('No Chromium found: install one, or set CHROMIUM_PATH.');
  return await chromium.launch({ executablePath, headless: true, args: quiet });
}
