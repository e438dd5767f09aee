// An agent is tried by somebody who has just come: they type with it, see the events of the call beside the conversation,
// hang up, and find the call among all others.

import { ADMIN, asAdmin, PASSWORD, picture, story } from "./support/story.mjs";
import { seen, until } from "./support/waiting.mjs";

story("an agent is tried by typing, and its events arrive beside the conversation", async (stage) => {
  const { page, api } = stage;
  await asAdmin(stage);
  // The network's clock is fast, and a browser slow: nobody is asked whether they are still there so often that they leave.
  await api("PUT", "/api/agents/default", {
    settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  await page.goto("/agents");
  await page.getByRole("main").getByRole("link", { name: "Try it: Front desk" }).click();
  await seen(page.getByText(/and costs nothing/), "who pays");
  await page.screenshot({ path: picture("tryout-before") });
  await page.getByRole("button", { name: "Call the agent" }).click();

  const call = page.getByRole("region", { name: "The call" });
  const conversation = call.getByRole("log", { name: "Conversation" });
  const events = page.getByRole("list", { name: "Events" });
  await seen(conversation.getByText("thank you for calling"), "the greeting");
  await seen(events.getByText("Call started"), "the first event");
  const words = call.getByRole("textbox", { name: "Say something" });
  await words.fill("What are your opening hours");
  await words.press("Enter");
  await seen(conversation.getByText("What are your opening hours"), "what was typed");
  await seen(events.getByText("What are your opening hours"), "the event of what was said");
  await until(
    "the agent answers, and its answer is an event",
    () => events.getByText("AI turn", { exact: true }).count(),
    (turns) => turns >= 2,
  );
  await seen(events.getByText(/answered in/), "how long the answer took");
  await page.screenshot({ path: picture("tryout-talk") });

  await call.getByRole("button", { name: "Hang up" }).click();
  await seen(call.getByText("You hung up."), "how the call ended");
  await seen(events.getByText("Call ended"), "the event of its end");
  await seen(call.getByRole("button", { name: "Try again" }), "the way to try again");
  await call.getByRole("link", { name: "To the call" }).click();
  await seen(
    page.getByRole("region", { name: "Conversation with the AI" }).getByText("What are your opening hours"),
    "the call's own page",
  );
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: "Test call" });
  await seen(row.getByText("Completed"), "the call among all calls");
});

story("an agent without a number is given one, and tried on it", async (stage) => {
  const { page, api } = stage;
  await api("POST", "/api/auth/login", { email: ADMIN.email, password: PASSWORD });
  const { agent_id: agent } = await api("POST", "/api/agents", {
    name: "Workshop",
    greeting: "Workshop, what is broken?",
    limits: { max_duration_s: 14_400, silence_prompts: 10 },
  });
  await page.goto(`/agents/${agent}`);
  await page.getByRole("link", { name: "Try it" }).click();
  await page.getByRole("button", { name: /^Give it \+1 504/ }).click();
  await page.getByRole("button", { name: "Call the agent" }).click();
  const call = page.getByRole("region", { name: "The call" });
  await seen(call.getByText("Workshop, what is broken?"), "the agent's own greeting");
  await call.getByRole("button", { name: "Hang up" }).click();
  await seen(call.getByText("You hung up."), "how the call ended");
});
