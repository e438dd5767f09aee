// From a call's page its caller is made a contact, and called back with the dialer: the telephone network is the sandbox, so
// one types. The call is among all others, with its result.

import { atTheTelephone, call } from "./support/network.mjs";
import { asAdmin, picture, story } from "./support/story.mjs";
import { seen, until } from "./support/waiting.mjs";

const NUMBER = "+15045550142";

story("a contact is made from a call, called, answered, and hung up on", async (stage) => {
  const { page, api } = stage;
  await asAdmin(stage);
  await atTheTelephone(NUMBER, [
    { on: "connected", say: "Grace speaking" },
    { when: "bicycle", say: "Then I fetch it tomorrow" },
  ]);
  const callId = await call([{ say: "My bicycle is broken" }, { hang_up: true, after_ms: 1_000 }], NUMBER);
  await until(
    "the call is over",
    () => api("GET", `/api/call-logs/${callId}`),
    ({ outcome }) => outcome === "completed",
  );

  await page.goto(`/calls/${callId}`);
  await page.getByRole("button", { name: "Add contact" }).click();
  const form = page.getByRole("dialog", { name: "Add a contact" });
  await form.getByRole("textbox", { name: "Name" }).fill("Grace Caller");
  await form.getByRole("button", { name: "Save" }).click();
  await seen(page.getByText("Grace Caller is saved."), "that the contact is saved");
  await page.getByRole("link", { name: "Contacts" }).click();
  await page
    .getByRole("region", { name: "G" })
    .getByRole("button", { name: /^Call / })
    .click();

  const dialer = page.getByRole("dialog", { name: "Dialer" });
  await seen(dialer.getByText(/you type what you say/), "that one types");
  await dialer.getByRole("button", { name: "Call", exact: true }).click();
  await seen(dialer.getByText(/^In the call/), "that somebody answered");
  const conversation = dialer.getByRole("log", { name: "Conversation" });
  await seen(conversation.getByText("Grace speaking"), "what the other side says");
  const words = dialer.getByRole("textbox", { name: "Say something" });
  await words.fill("Your bicycle is repaired");
  await words.press("Enter");
  await seen(conversation.getByText("Your bicycle is repaired"), "what was typed");
  await seen(conversation.getByText("Then I fetch it tomorrow"), "the answer");
  await page.screenshot({ path: picture("dialer-call") });
  await dialer.getByRole("button", { name: "Hang up" }).click();
  await seen(dialer.getByRole("textbox", { name: "Number" }), "the keys for the next call");

  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await page
    .getByRole("group", { name: "Filters" })
    .getByRole("button", { name: /^Outbound/ })
    .click();
  const row = page.getByRole("row").filter({ hasText: "+1 504 555 0142" });
  await seen(row.getByText("Completed"), "the call among those that go out, with its result");
});
