// The try-out page: a new user types with an agent, sees the call's events next to the conversation, hangs up, and finds the
// call in the list.

import { ADMIN, browserTest, PASSWORD, registerAdmin, screenshotPath } from "./support/browser-test.mjs";
import { expectVisible, waitUntil } from "./support/waiting.mjs";

browserTest("an agent can be tried by typing, and the call's events are shown", async (fixture) => {
  const { page, api } = fixture;
  await registerAdmin(fixture);
  // A slow browser is a silent caller: more silence prompts keep the call from ending early.
  await api("PUT", "/api/agents/default", {
    settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  await page.goto("/agents");
  await page.getByRole("main").getByRole("link", { name: "Try it: Front desk" }).click();
  await expectVisible(page.getByText(/and costs nothing/), "the note on costs");
  await page.screenshot({ path: screenshotPath("tryout-before") });
  await page.getByRole("button", { name: "Call the assistant" }).click();

  const call = page.getByRole("region", { name: "The call" });
  const conversation = call.getByRole("log", { name: "Conversation" });
  const events = page.getByRole("list", { name: "Events" });
  await expectVisible(conversation.getByText("thank you for calling"), "the greeting");
  await expectVisible(events.getByText("Call started"), "the first event");
  const words = call.getByRole("textbox", { name: "Say something" });
  await words.fill("What are your opening hours");
  await words.press("Enter");
  await expectVisible(conversation.getByText("What are your opening hours"), "the typed words");
  await expectVisible(events.getByText("What are your opening hours"), "the event of the caller's turn");
  await waitUntil(
    "two AI turn events",
    () => events.getByText("AI turn", { exact: true }).count(),
    (turns) => turns >= 2,
  );
  await expectVisible(events.getByText(/answered in/), "the response time");
  await page.screenshot({ path: screenshotPath("tryout-talk") });

  await call.getByRole("button", { name: "Hang up" }).click();
  await expectVisible(call.getByText("You hung up."), "the end of the call");
  await expectVisible(events.getByText("Call ended"), "the call ended event");
  await expectVisible(call.getByRole("button", { name: "Try again" }), "the button to try again");
  await call.getByRole("link", { name: "View call" }).click();
  await expectVisible(
    page
      .getByRole("region", { name: "Conversation with the assistant" })
      .getByText("What are your opening hours"),
    "the transcript on the call page",
  );
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: "Test call" });
  await expectVisible(row.getByText("Completed"), "the outcome in the call list");
});

browserTest("an agent without a number can be assigned one and tried", async (fixture) => {
  const { page, api } = fixture;
  await api("POST", "/api/auth/login", { email: ADMIN.email, password: PASSWORD });
  const { agent_id: agent } = await api("POST", "/api/agents", {
    name: "Workshop",
    greeting: "Workshop, what is broken?",
    limits: { max_duration_s: 14_400, silence_prompts: 10 },
  });
  await page.goto(`/agents/${agent}`);
  await page.getByRole("link", { name: "Try it" }).click();
  await page.getByRole("button", { name: /^Assign \+1 504/ }).click();
  await page.getByRole("button", { name: "Call the assistant" }).click();
  const call = page.getByRole("region", { name: "The call" });
  await expectVisible(call.getByText("Workshop, what is broken?"), "the agent's greeting");
  await call.getByRole("button", { name: "Hang up" }).click();
  await expectVisible(call.getByText("You hung up."), "the end of the call");
});
