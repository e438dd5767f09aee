// How long Calls takes, in a browser, to show another list: by a filter, and by the next page.
//
// BASE_URL is a service that nobody has used yet, with calls in it. What was measured goes to the standard output, as JSON:
// milliseconds from the click to the frame in which the other calls stand.

import { launch } from "../e2e/support/chromium.mjs";
import { ADMIN, baseUrl, PASSWORD } from "../e2e/support/story.mjs";
import { seen } from "../e2e/support/waiting.mjs";

/** How often everything is done anew, with nothing in the page's memory. */
const ROUNDS = 8;
/** Pages that are turned after each filter. */
const PAGES = 3;
const FILTERS = ["Inbound", "Outbound", "Voicemail", "Failed", "Busy / no answer", "Resolved"];

/** Clicks, and waits until other calls are drawn. @param {import("playwright-core").Locator} button */
function timed(button) {
  return button.evaluate(async (element) => {
    const calls = () =>
      Array.from(document.querySelectorAll("a[data-call]"), (link) => link.getAttribute("href")).join();
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    const before = calls();
    const begun = performance.now();
    element.click();
    do await frame();
    while (document.querySelector('main [aria-busy="true"]') || calls() === before);
    // A frame's callbacks run before it is painted, and a timer's after.
    await new Promise((painted) => setTimeout(painted));
    return performance.now() - begun;
  });
}

const browser = await launch();
try {
  const context = await browser.newContext({ baseURL: baseUrl(), viewport: { width: 1280, height: 900 } });
  const registered = await context.request.post("/api/auth/register", { data: { ...ADMIN, password: PASSWORD } });
  if (!registered.ok()) throw new Error(`nobody can sign in: ${registered.status()} ${await registered.text()}`);
  const page = await context.newPage();
  const filters = page.getByRole("group", { name: "Filters" });
  const measured = { filter: [], next_page: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.goto("/calls");
    await seen(page.locator("a[data-call]"), "the list of calls");
    await page.waitForLoadState("networkidle");
    for (const name of FILTERS) {
      measured.filter.push(await timed(filters.getByRole("button", { name })));
      for (let turned = 0; turned < PAGES; turned += 1) {
        measured.next_page.push(await timed(page.getByRole("button", { name: "Older" })));
      }
    }
  }
  console.log(JSON.stringify(measured));
} finally {
  await browser.close();
}
