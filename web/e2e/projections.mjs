// A read model is built again while its progress is seen, and then put in the place of the one before.

import assert from "node:assert/strict";
import { picture, story } from "./support/story.mjs";
import { gone, seen, until } from "./support/waiting.mjs";

story("a read model is rebuilt, and its progress is seen", async ({ page, context }) => {
  // The ledger has been filled by somebody else, who is the admin.
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
  await context.request.post(`${process.env.BASE_URL}/api/auth/login`, { data: { email, password } });
  await page.goto("/projections");
  const model = page.getByRole("region", { name: "Call log" });
  await seen(model.getByText("Up to date"), "a read model that has everything");
  const sinceWhen = model.getByText(/, since /);
  await gone(sinceWhen, "that other rows were read before");
  await model.getByRole("button", { name: "Rebuild…" }).click();
  const dialog = page.getByRole("dialog", { name: "Rebuild Call log" });

  const first = await watched(page);
  await dialog.getByRole("button", { name: "Show the difference" }).click();
  await until("the progress of the rebuild is seen", first, (texts) => texts.some(isProgress));
  await seen(dialog.getByText("Compared; nothing was switched"), "what the comparison came to");
  await seen(dialog.getByText(/^No row differs: \d/), "that no row differs");
  await page.screenshot({ path: picture("rebuild-difference") });

  const second = await watched(page);
  await dialog.getByRole("button", { name: "Rebuild and switch" }).click();
  await until("the progress of the second rebuild is seen", second, (texts) => texts.some(isProgress));
  await seen(dialog.getByText("Switched to the new rows"), "that the new rows are read");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await gone(dialog, "the dialog");
  await seen(sinceWhen, "since when the new rows are read");
  await page.reload();
  await seen(sinceWhen, "since when the new rows are read, after a reload");
  await page.goto("/calls");
  await seen(page.getByRole("row").nth(1), "the calls, read from the new rows");
  assert.ok((await page.getByRole("row").count()) > 10);
});

/** @param {string} text */
function isProgress(text) {
  return /: \d[\d,]* of \d[\d,]* events/.test(text);
}

/**
 * Has the page write down what its dialog says of progress: a rebuild of few events is over before one can look.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<() => Promise<string[]>>} what it has said since
 */
async function watched(page) {
  const notes = await page.evaluateHandle(() => {
    const said = [];
    const look = () => {
      const bar = document.querySelector('[role="dialog"] [role="progressbar"]');
      const text = bar?.closest('[role="status"]')?.textContent;
      if (text && said.at(-1) !== text) said.push(text);
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return said;
  });
  return () => notes.jsonValue();
}
