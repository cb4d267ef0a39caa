import type { Page } from 'playwright-core';

/** Ratio of WCAG 2 between the words of an element and what they stand on. Colours are painted, so that any notation works. */
export async function contrast(page: Page, selector: string): Promise<number> {
  return await page.evaluate<number>(`(() => {
    const element = document.querySelector(${JSON.stringify(selector)});
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const paint = (colour) => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); };
    const read = () => {
      const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
      const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = [];
    for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    grounds.forEach(paint);
    const ground = read();
    paint(getComputedStyle(element).color);
    const words = read();
    return (Math.max(ground, words) + 0.05) / (Math.min(ground, words) + 0.05);
  })()`);
}
