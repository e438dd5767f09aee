// Changing an agent's opening hours applies from the next call: outside them it goes to voicemail.

import assert from "node:assert/strict";
import { browserTest, registerAdmin, screenshotPath } from "./support/browser-test.mjs";
import { placeCall, sandboxCall } from "./support/sandbox.mjs";
import { expectVisible, waitUntil } from "./support/waiting.mjs";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

browserTest("a call outside the opening hours goes to voicemail", async (fixture) => {
  const { page, api } = fixture;
  await registerAdmin(fixture);
  await page.goto("/agents");
  await page.getByRole("main").getByRole("link").first().click();
  const hours = page.getByRole("region", { name: "Opening hours" });
  await expectVisible(page.getByRole("heading", { name: "Open now" }), "the open status");
  await hours.getByRole("switch", { name: "Open 24/7" }).click();
  const zone = hours.getByRole("combobox", { name: "Time zone" });
  await zone.click();
  await zone.pressSequentially("Kolkata");
  await expectVisible(
    page.getByRole("option", { name: /Kolkata.*\+05?:30/ }),
    "the time zone option with its UTC offset",
  );
  await page.keyboard.press("Enter");
  await expectVisible(hours.getByText(/^Local time: .* \((open|closed)\)\./), "the local time preview");
  await page.screenshot({ path: screenshotPath("agent-hours"), fullPage: true });
  for (const day of DAYS) await hours.getByRole("button", { name: `Remove 09:00-17:00 on ${day}` }).click();
  await expectVisible(hours.getByText("Never opens."), "the hint that the agent never opens");
  await hours.getByRole("button", { name: "Save hours" }).click();
  await expectVisible(page.getByRole("heading", { name: "Closed now" }), "the closed status");
  await page.reload();
  await expectVisible(hours.getByText("Never opens."), "the hours after a reload");

  const callId = await placeCall([
    { when: "leave a message", say: "Please call me back about the piano" },
    { hang_up: true, after_ms: 2_000 },
  ]);
  await waitUntil(
    "the end of the call",
    () => sandboxCall(callId),
    ({ over }) => over,
  );
  await page.getByRole("link", { name: "Calls" }).click();
  await page
    .getByRole("group", { name: "Filters" })
    .getByRole("button", { name: /^Voicemail/ })
    .click();
  const row = page.getByRole("row").filter({ hasText: "Voicemail" });
  await expectVisible(row, "the call in the voicemail filter");
  await row.getByRole("link").click();
  await page.waitForURL(`**/calls/${callId}*`);
  const message = page.getByRole("region", { name: "Voicemail" });
  await expectVisible(message.getByText("about the piano"), "the voicemail transcript");
  const { voicemail_reason: reason } = await api("GET", `/api/call-logs/${callId}`);
  assert.match(reason, /hours|closed/);

  await page.goto("/agents/default");
  await hours.getByRole("switch", { name: "Open 24/7" }).click();
  await hours.getByRole("button", { name: "Save hours" }).click();
  await expectVisible(page.getByRole("heading", { name: "Open now" }), "the open status after reopening");
});
