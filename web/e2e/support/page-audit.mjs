// Audits a page in both themes at desktop and phone width: horizontal overflow and accessibility violations.

import axe from "axe-core";
import { screenshotPath } from "./browser-test.mjs";
import { WAIT_TIMEOUT_MS } from "./waiting.mjs";

const THEMES = ["light", "dark"];
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

/**
 * Audits a page. With PAGE_SCREENSHOTS set, it also takes screenshots.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {() => Promise<void>} open opens the page and waits until its content is visible
 * @returns {Promise<string[]>} the problems found
 */
export async function auditPage(page, name, open) {
  const problems = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await open();
    await page.evaluate(axe.source);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await waitUntilSettled(page);
      const label = `${name}-${theme}-${size.width}`;
      problems.push(...(await findOverflow(page)).map((problem) => `${label}: ${problem}`));
      problems.push(...(await findViolations(page)).map((problem) => `${label}: ${problem}`));
      if (process.env.PAGE_SCREENSHOTS) await takeScreenshot(page, label, size);
    }
  }
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

/** Finds accessibility violations that axe rates serious or critical. */
async function findViolations(page) {
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
