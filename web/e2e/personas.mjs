// What an agent learns, on the Feedback page: a correction becomes a rule, the rule a proposal, and the proposal a persona
// that the next call is answered by; and back to the prompt alone. A colleague may propose and decides nothing.

import assert from "node:assert/strict";
import { look } from "./support/look.mjs";
import { call } from "./support/network.mjs";
import { ADMIN, asAdmin, baseUrl, PASSWORD, picture, story } from "./support/story.mjs";
import { gone, PATIENCE, seen, until } from "./support/waiting.mjs";

const DRAFTED = "Ask for the model first.";
const EDITED = "Ask for the model of the machine first.";

/** A call that the AI answered, and which is over. */
async function answered(api) {
  const callId = await call([{ say: "Hello, my laptop does not start" }, { say: "Thank you, goodbye" }]);
  await until(
    "the call is over",
    async () => (await api("GET", `/api/call-logs/${callId}/history`)).events,
    (events) => events.some(({ type }) => type === "CallEnded"),
  );
  return callId;
}

/** The persona that spoke in a call, by each turn of the AI's. */
async function spoken(api, callId) {
  const { events } = await api("GET", `/api/call-logs/${callId}/history`);
  return events.filter(({ type }) => type === "AiTurn").map(({ data }) => data.persona_version);
}

/** Whether the models were told the rule, in any question of a call's since so many requests. */
async function told(since) {
  const answer = await fetch(`${process.env.SANDBOX_URL}/sandbox/models/requests`);
  const requests = await answer.json();
  const isTold = requests.slice(since).some(({ body }) => JSON.stringify(body).includes(EDITED));
  return { isTold, requests: requests.length };
}

story("a correction becomes a rule that the next call is answered by, and is taken back", async (stage) => {
  const { page, api, browser } = stage;
  await asAdmin(stage);
  const first = await answered(api);
  await api("PUT", `/api/call-logs/${first}/grade`, { grade: "needs_improvement" });
  for (const note of ["ask for the model first", "Do not talk so much"]) {
    await api("POST", `/api/call-logs/${first}/corrections`, { note });
  }

  await page.goto("/feedback");
  const learned = page.getByRole("region", { name: "What the agent learned" });
  await seen(learned.getByText("Speaks by the prompt alone."), "that there is no persona yet");
  await seen(learned.getByText("Nothing yet."), "what to do about it");

  await learned.getByRole("button", { name: "Propose rules" }).click();
  const form = page.getByRole("dialog", { name: "Propose rules" });
  await form.getByRole("checkbox", { name: /ask for the model first/ }).check();
  await form.getByRole("button", { name: "Draft by the model" }).click();
  await seen(form.getByText("The model’s rules are added below"), "that the model wrote rules");
  const rule = form.getByRole("textbox", { name: "Rule 1" });
  assert.equal(await rule.inputValue(), DRAFTED);
  await rule.fill("Ring +1 504 555 0142 first");
  await form.getByRole("button", { name: "Propose", exact: true }).click();
  await seen(form.getByText(/nothing about a person/), "why a number is refused");
  await rule.fill(EDITED);
  await form.getByRole("button", { name: "Propose", exact: true }).click();
  await gone(form, "the form");

  const version = learned.getByRole("article", { name: "Version 1" });
  await seen(version.getByText("Waits for a decision"), "the proposal");
  await seen(version.getByText("Against the prompt alone"), "what it is compared with");
  await seen(version.getByText(EDITED), "the rule that is added");
  await seen(version.getByText("Proposed by you"), "who proposed it");
  const behind = version.getByRole("listitem").filter({ hasText: "ask for the model first" });
  assert.match(await behind.getByRole("link").getAttribute("href"), new RegExp(`/calls/${first}`));

  await version.getByRole("button", { name: "Approve" }).click();
  const question = page.getByRole("dialog", { name: "Approve version 1?" });
  await seen(question.getByText(EDITED), "what is approved");
  await question.getByRole("button", { name: "Approve" }).click();
  await seen(version.getByText("In force"), "that it is in force");
  await seen(version.getByText("Approved by you"), "who approved it");
  await seen(learned.getByText("Speaks by the prompt and version 1."), "what the agent speaks by");

  const before = await told(0);
  assert.equal(before.isTold, false);
  const second = await answered(api);
  assert.deepEqual([...new Set(await spoken(api, second))], [1]);
  assert.equal((await told(before.requests)).isTold, true);

  await asColleague(browser, api, async (theirs) => {
    await theirs.goto(`${baseUrl()}/feedback`);
    const shown = theirs.getByRole("region", { name: "What the agent learned" });
    await seen(shown.getByText(ADMIN.name), "who approved it, for a colleague");
    await shown.getByRole("button", { name: "Propose rules" }).click();
    const their = theirs.getByRole("dialog", { name: "Propose rules" });
    assert.equal(await their.getByRole("textbox", { name: "Rule 1" }).inputValue(), EDITED);
    await seen(their.getByText("in version 1"), "that the correction was used");
    await their.getByRole("textbox", { name: "Rule 1" }).press("Enter");
    await their.getByRole("textbox", { name: "Rule 2" }).fill("Answer in one sentence.");
    await their.getByRole("button", { name: "Propose", exact: true }).click();
    const waiting = shown.getByRole("article", { name: "Version 2" });
    await seen(waiting.getByText("Waits for a decision"), "their proposal");
    assert.equal(await shown.getByRole("button", { name: /Approve|Reject|Go back/ }).count(), 0);
  });
  const proposed = learned.getByRole("article", { name: "Version 2" });
  await seen(proposed.getByText("Bob Colleague"), "who proposed the second version");
  await proposed.getByRole("button", { name: "Reject" }).click();
  await page
    .getByRole("dialog", { name: "Reject version 2?" })
    .getByRole("button", { name: "Reject" })
    .click();
  await seen(proposed.getByText("Rejected", { exact: true }), "that it is rejected");

  await learned.getByRole("button", { name: "Go back to the prompt alone" }).click();
  await page
    .getByRole("dialog", { name: "Go back to the prompt alone?" })
    .getByRole("button", { name: "Go back" })
    .click();
  await seen(learned.getByText("From version 1 back to the prompt alone"), "that it was taken back");
  const since = await told(0);
  const third = await answered(api);
  assert.deepEqual([...new Set(await spoken(api, third))], [0]);
  assert.equal((await told(since.requests)).isTold, false);

  const wrong = await look(page, "personas", async () => {
    await page.goto("/feedback");
    await seen(version.getByRole("button", { name: "Use version 1 again" }), "the versions");
  });
  const writing = await look(page, "personas-propose", async () => {
    await page.goto("/feedback");
    await learned.getByRole("button", { name: "Propose rules" }).click();
    await seen(form.getByRole("checkbox"), "the corrections");
  });
  assert.equal([...wrong, ...writing].join("\n"), "");
  await page.screenshot({ path: picture("personas-end"), fullPage: true });
});

/** What somebody else does, who handles calls and is no admin, in a browser of their own. */
async function asColleague(browser, api, does) {
  const email = "bob@example.com";
  const { invitation } = await api("POST", "/api/users", { email, role: "agent" });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US" });
  context.setDefaultTimeout(PATIENCE);
  const registered = await context.request.post(`${baseUrl()}/api/auth/register`, {
    data: { email, name: "Bob Colleague", password: PASSWORD, invitation },
  });
  assert.ok(registered.ok(), await registered.text());
  await does(await context.newPage());
  await context.close();
}
