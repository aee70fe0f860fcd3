// Pictures of our own pages for the guides: `SCREENSHOTS=1` writes them, everybody else looks at none.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../www/guides/images/", import.meta.url));

/** The page as a person sees it, in www/guides/images/<name>.png. */
export async function picture(page, name) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.setViewportSize({ width: 1040, height: 620 });
  await page.evaluate(() => document.fonts.ready);
  const height = await page.evaluate(() => Math.ceil(document.querySelector("main").getBoundingClientRect().bottom));
  await page.setViewportSize({ width: 1040, height: Math.min(height, 1100) });
  await page.screenshot({ path: `${FOLDER}${name}.png`, animations: "disabled" });
}
