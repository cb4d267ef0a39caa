import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Usual places of a Chromium; CHROMIUM_PATH names another one. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** It looks at pages of this machine only, and asks nobody for anything. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Program file of an installed browser, or undefined. */
export function findBrowser(): string | undefined {
  return [process.env.CHROMIUM_PATH, ...places].find((place) => place !== undefined && existsSync(place));
}

/** @throws Error when no browser is installed. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('No Chromium found: install one, or set CHROMIUM_PATH.');
  return await chromium.launch({ executablePath, headless: true, args: quiet });
}
