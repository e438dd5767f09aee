// Measures in a browser how long the Calls page takes to show another list: after a filter change, and after paging.
//
// BASE_URL is a service with calls and without users. The result is printed as JSON: milliseconds from the click to the frame
// that shows the new calls.

import { launch } from "../e2e/support/chromium.mjs";
import { ADMIN, baseUrl, PASSWORD } from "../e2e/support/browser-test.mjs";
import { expectVisible } from "../e2e/support/waiting.mjs";

/** Repetitions, each after a fresh page load. */
const ROUNDS = 8;
/** Page changes after each filter. */
const PAGES_PER_FILTER = 3;
const FILTERS = ["Inbound", "Outbound", "Voicemail", "Failed", "Busy / no answer", "Resolved"];

/** Clicks, and measures until other calls are painted. @param {import("playwright-core").Locator} button */
function timeClick(button) {
  return button.evaluate(async (element) => {
    const calls = () =>
      Array.from(document.querySelectorAll("a[data-call]"), (link) => link.getAttribute("href")).join();
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    const before = calls();
    const start = performance.now();
    element.click();
    do await frame();
    while (document.querySelector('main [aria-busy="true"]') || calls() === before);
    // Animation frame callbacks run before the frame is painted, timers after it.
    await new Promise((painted) => setTimeout(painted));
    return performance.now() - start;
  });
}

const browser = await launch();
try {
  const context = await browser.newContext({ baseURL: baseUrl(), viewport: { width: 1280, height: 900 } });
  const registered = await context.request.post("/api/auth/register", { data: { ...ADMIN, password: PASSWORD } });
  if (!registered.ok()) throw new Error(`registration failed: ${registered.status()} ${await registered.text()}`);
  const page = await context.newPage();
  const filters = page.getByRole("group", { name: "Filters" });
  const measured = { filter: [], next_page: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.goto("/calls");
    await expectVisible(page.locator("a[data-call]"), "the list of calls");
    await page.waitForLoadState("networkidle");
    for (const name of FILTERS) {
      measured.filter.push(await timeClick(filters.getByRole("button", { name })));
      for (let n = 0; n < PAGES_PER_FILTER; n += 1) {
        measured.next_page.push(await timeClick(page.getByRole("button", { name: "Older" })));
      }
    }
  }
  console.log(JSON.stringify(measured));
} finally {
  await browser.close();
}
