// Hours that are set on the agent's page hold from the next call on: it goes to voicemail.

import assert from "node:assert/strict";
import { call, show } from "./support/network.mjs";
import { asAdmin, picture, story } from "./support/story.mjs";
import { seen, until } from "./support/waiting.mjs";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

story("hours are set so that the next call goes to voicemail", async (stage) => {
  const { page, api } = stage;
  await asAdmin(stage);
  await page.goto("/agents");
  await page.getByRole("main").getByRole("link").first().click();
  const hours = page.getByRole("region", { name: "Hours" });
  await seen(page.getByRole("heading", { name: "Open now" }), "that the agent answers");
  await hours.getByRole("switch", { name: "Answers at any hour" }).click();
  const zone = hours.getByRole("combobox", { name: "Time zone" });
  await zone.click();
  await zone.pressSequentially("Kolkata");
  await seen(page.getByRole("option", { name: /Kolkata.*\+05?:30/ }), "the zone with its distance from UTC");
  await page.keyboard.press("Enter");
  await seen(hours.getByText(/^There it is .*: (open|closed)\./), "the time there");
  await page.screenshot({ path: picture("agent-hours"), fullPage: true });
  for (const day of DAYS) await hours.getByRole("button", { name: `Remove 09:00-17:00 on ${day}` }).click();
  await seen(hours.getByText("Never opens."), "that it never opens");
  await hours.getByRole("button", { name: "Save hours" }).click();
  await seen(page.getByRole("heading", { name: "Closed now" }), "that nobody is answered");
  await page.reload();
  await seen(hours.getByText("Never opens."), "the hours after a reload");

  const callId = await call([
    { when: "leave a message", say: "Please call me back about the piano" },
    { hang_up: true, after_ms: 2_000 },
  ]);
  await until(
    "the call is over",
    () => show(callId),
    ({ over }) => over,
  );
  await page.getByRole("link", { name: "Calls" }).click();
  await page
    .getByRole("group", { name: "Filters" })
    .getByRole("button", { name: /^Voicemail/ })
    .click();
  const row = page.getByRole("row").filter({ hasText: "Voicemail" });
  await seen(row, "the call among those that went to voicemail");
  await row.getByRole("link").click();
  await page.waitForURL(`**/calls/${callId}*`);
  const message = page.getByRole("region", { name: "Voicemail" });
  await seen(message.getByText("about the piano"), "what the caller said after the tone");
  const { voicemail_reason: reason } = await api("GET", `/api/call-logs/${callId}`);
  assert.match(reason, /hours|closed/);

  await page.goto("/agents/default");
  await hours.getByRole("switch", { name: "Answers at any hour" }).click();
  await hours.getByRole("button", { name: "Save hours" }).click();
  await seen(page.getByRole("heading", { name: "Open now" }), "that the agent answers again");
});
