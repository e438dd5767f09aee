// Audits a page in both themes at desktop and phone width: horizontal overflow and accessibility violations.

import axe from "axe-core";
import { screenshotPath } from "./browser-test.mjs";
import { WAIT_TIMEOUT_MS } from "./waiting.mjs";

const THEMES = ["light", "dark"];
/** The rules of axe whose result depends on colors. A theme changes nothing else. */
const COLOR_RULES = ["color-contrast", "link-in-text-block"];
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The sizes of the window, the one at which the next page is opened first. */
let sizes = [DESKTOP, PHONE];

/**
 * Audits a page. With PAGE_SCREENSHOTS set, it also takes screenshots.
 *
 * The page is opened once, in a desktop or a phone window by turns, and then resized.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {() => Promise<void>} open opens the page and waits until its content is visible
 * @returns {Promise<string[]>} the problems found
 */
export async function auditPage(page, name, open) {
  const problems = [];
  const [first] = sizes;
  await page.setViewportSize(first);
  await page.emulateMedia({ colorScheme: THEMES[0] });
  await open();
  await page.evaluate(axe.source);
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await waitUntilSettled(page);
      const label = `${name}-${theme}-${size.width}`;
      problems.push(...(await findOverflow(page)).map((problem) => `${label}: ${problem}`));
      problems.push(...(await findViolations(page, theme)).map((problem) => `${label}: ${problem}`));
      if (process.env.PAGE_SCREENSHOTS) await takeScreenshot(page, label, size);
    }
  }
  sizes = sizes.toReversed();
  return problems;
}

/** Captures the whole page in a window of its height, so that fixed elements appear at the edges of the page. */
async function takeScreenshot(page, label, { width, height }) {
  const fullHeight = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, fullHeight) });
  await waitUntilSettled(page);
  await page.screenshot({ path: screenshotPath(label), animations: "disabled" });
  await page.setViewportSize({ width, height });
}

/** Waits until nothing is loading and all animations have finished. */
async function waitUntilSettled(page) {
  const nextFrame = () =>
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  // An animation starts only when the change that triggers it is rendered.
  await page.evaluate(nextFrame);
  await page.waitForFunction(
    () =>
      !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root') &&
      document.getAnimations().every(({ playState }) => playState !== "running"),
    null,
    { timeout: WAIT_TIMEOUT_MS },
  );
  await page.evaluate(nextFrame);
}

/** Finds elements that make the page wider than the window. */
function findOverflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = Array.from(document.querySelectorAll("body *"))
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `<${element.localName} class="${element.getAttribute("class") ?? ""}">`);
    return [`${scrollWidth - clientWidth} pixels too wide: ${wide.slice(-3).join(" ")}`];
  });
}

/** Finds accessibility violations that axe rates serious or critical: of all rules in one theme, of colors in the other. */
async function findViolations(page, theme) {
  const runOnly = theme === THEMES[0] ? undefined : COLOR_RULES;
  const violations = await page.evaluate(async (runOnly) => {
    const { violations } = await axe.run(document, {
      resultTypes: ["violations"],
      ...(runOnly && { runOnly }),
    });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
    }));
  }, runOnly);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id} (${help})\n    ${nodes.join("\n    ").replaceAll("\n  ", " ")}`);
}
