// Looking at a page: in both themes, on a laptop and on a telephone. What is cut off, too pale or without a name is told.

import axe from "axe-core";
import { picture } from "./story.mjs";
import { PATIENCE } from "./waiting.mjs";

const THEMES = ["light", "dark"];
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

/**
 * Looks at a page, and takes its pictures.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {() => Promise<void>} open opens it, and waits until it shows what it is about
 * @returns {Promise<string[]>} what is wrong with it
 */
export async function look(page, name, open) {
  const wrong = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await open();
    await page.evaluate(axe.source);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await settled(page);
      const place = `${name}-${theme}-${size.width}`;
      wrong.push(...(await overflowing(page)).map((one) => `${place}: ${one}`));
      wrong.push(...(await inaccessible(page)).map((one) => `${place}: ${one}`));
      await photograph(page, place, size);
    }
  }
  return wrong;
}

/** The whole page in a window as high as it is: what stays at the window's edges stays at the page's. */
async function photograph(page, place, { width, height }) {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  await settled(page);
  await page.screenshot({ path: picture(place), animations: "disabled" });
  await page.setViewportSize({ width, height });
}

/** Until nothing is loading any more, and what was told to move has moved. */
async function settled(page) {
  const drawn = () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  // What moves because of a change begins to move when the change is drawn.
  await page.evaluate(drawn);
  await page.waitForFunction(
    () =>
      !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root') &&
      document.getAnimations().every(({ playState }) => playState !== "running"),
    null,
    { timeout: PATIENCE },
  );
  await page.evaluate(drawn);
}

/** What makes the page wider than the window. */
function overflowing(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = Array.from(document.querySelectorAll("body *"))
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `<${element.localName} class="${element.getAttribute("class") ?? ""}">`);
    return [`${scrollWidth - clientWidth} pixels too wide: ${wide.slice(-3).join(" ")}`];
  });
}

/** What somebody who sees badly, or uses no mouse, cannot use: serious and critical by axe's measure. */
async function inaccessible(page) {
  const violations = await page.evaluate(async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
    }));
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id} (${help})\n    ${nodes.join("\n    ").replaceAll("\n  ", " ")}`);
}
