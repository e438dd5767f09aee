// Rebuilds a read model, first to compare it and then to switch to it, and checks that the progress is shown.

import assert from "node:assert/strict";
import { browserTest, screenshotPath } from "./support/browser-test.mjs";
import { expectHidden, expectVisible, waitUntil } from "./support/waiting.mjs";

browserTest(
  "a read model rebuild shows its progress and switches to the new rows",
  async ({ page, context }) => {
    // The caller of this test has registered the admin and filled the ledger.
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
    await context.request.post(`${process.env.BASE_URL}/api/auth/login`, { data: { email, password } });
    await page.goto("/projections");
    const model = page.getByRole("region", { name: "Call log" });
    await expectVisible(model.getByText("Up to date"), "the up-to-date status");
    const switchedAt = model.getByText(/, since /);
    await expectHidden(switchedAt, "the time of a switch");
    await model.getByRole("button", { name: "Rebuild…" }).click();
    const dialog = page.getByRole("dialog", { name: "Rebuild Call log" });

    // The service was killed during a rebuild and started again.
    await expectVisible(
      dialog.getByText("The process that rebuilt it ended"),
      "the end of the killed rebuild",
    );

    const first = await recordProgress(page);
    await dialog.getByRole("button", { name: "Compare only" }).click();
    await waitUntil("the progress of the comparison", first, (texts) => texts.some(isProgress));
    await expectVisible(dialog.getByText("Compared, not switched"), "the result of the comparison");
    await expectVisible(dialog.getByText(/^No differences: \d/), "the number of differences");
    await page.screenshot({ path: screenshotPath("rebuild-difference") });

    const second = await recordProgress(page);
    await dialog.getByRole("button", { name: "Rebuild and switch" }).click();
    await waitUntil("the progress of the rebuild", second, (texts) => texts.some(isProgress));
    await expectVisible(dialog.getByText("Switched to the new rows"), "the switch to the new rows");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await expectHidden(dialog, "the dialog");
    await expectVisible(switchedAt, "the time of the switch");
    await page.reload();
    await expectVisible(switchedAt, "the time of the switch after a reload");
    await page.goto("/calls");
    await expectVisible(page.getByRole("row").nth(1), "the call list from the new rows");
    assert.ok((await page.getByRole("row").count()) > 10);
  },
);

/** @param {string} text */
function isProgress(text) {
  return /: \d[\d,]* of \d[\d,]* events/.test(text);
}

/**
 * Records progress texts of the dialog inside the page: a rebuild of few events finishes before it could be polled.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<() => Promise<string[]>>} reads the texts recorded so far
 */
async function recordProgress(page) {
  const recorded = await page.evaluateHandle(() => {
    const texts = [];
    const record = () => {
      const bar = document.querySelector('[role="dialog"] [role="progressbar"]');
      const text = bar?.closest('[role="status"]')?.textContent;
      if (text && texts.at(-1) !== text) texts.push(text);
    };
    new MutationObserver(record).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return texts;
  });
  return () => recorded.jsonValue();
}
