// Adds the caller of a call as a contact and calls back with the dialer. The network is the sandbox, so the conversation is
// typed. The outbound call appears in the call list with its outcome.

import { browserTest, registerAdmin, screenshotPath } from "./support/browser-test.mjs";
import { placeCall, setParty } from "./support/sandbox.mjs";
import { expectVisible, waitUntil } from "./support/waiting.mjs";

const NUMBER = "+15045550142";

browserTest("a contact can be added from a call and called with the dialer", async (fixture) => {
  const { page, api } = fixture;
  await registerAdmin(fixture);
  await setParty(NUMBER, [
    { on: "connected", say: "Grace speaking" },
    { when: "bicycle", say: "Then I fetch it tomorrow" },
  ]);
  const callId = await placeCall(
    [{ say: "My bicycle is broken" }, { hang_up: true, after_ms: 1_000 }],
    NUMBER,
  );
  await waitUntil(
    "the end of the call",
    () => api("GET", `/api/call-logs/${callId}`),
    ({ outcome }) => outcome === "completed",
  );

  await page.goto(`/calls/${callId}`);
  await page.getByRole("button", { name: "Add contact" }).click();
  const form = page.getByRole("dialog", { name: "Add contact" });
  await form.getByRole("textbox", { name: "Name" }).fill("Grace Caller");
  await form.getByRole("button", { name: "Save" }).click();
  await expectVisible(page.getByText("Grace Caller saved."), "the confirmation of the saved contact");
  await page.getByRole("link", { name: "Contacts" }).click();
  await page
    .getByRole("region", { name: "G" })
    .getByRole("button", { name: /^Call / })
    .click();

  const dialer = page.getByRole("dialog", { name: "Dialer" });
  await expectVisible(dialer.getByText(/type what you want to say/), "the hint for typed calls");
  await dialer.getByRole("button", { name: "Call", exact: true }).click();
  await expectVisible(dialer.getByText(/^Connected/), "the connected call");
  const conversation = dialer.getByRole("log", { name: "Conversation" });
  await expectVisible(conversation.getByText("Grace speaking"), "the remote party's words");
  const words = dialer.getByRole("textbox", { name: "Say something" });
  await words.fill("Your bicycle is repaired");
  await words.press("Enter");
  await expectVisible(conversation.getByText("Your bicycle is repaired"), "the typed words");
  await expectVisible(conversation.getByText("Then I fetch it tomorrow"), "the answer");
  await page.screenshot({ path: screenshotPath("dialer-call") });
  await dialer.getByRole("button", { name: "Hang up" }).click();
  await expectVisible(dialer.getByRole("textbox", { name: "Number" }), "the number field for the next call");

  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await page
    .getByRole("group", { name: "Filters" })
    .getByRole("button", { name: /^Outbound/ })
    .click();
  const row = page.getByRole("row").filter({ hasText: "+1 504 555 0142" });
  await expectVisible(row.getByText("Completed"), "the outcome of the outbound call");
});
