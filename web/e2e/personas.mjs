// Learned rules on the Feedback page: a correction becomes a proposed rule, and an approved proposal becomes the persona of
// the next call; then a rollback to the base prompt. A team member may propose rules but not approve them.

import assert from "node:assert/strict";
import {
  ADMIN,
  baseUrl,
  browserTest,
  PASSWORD,
  registerAdmin,
  screenshotPath,
} from "./support/browser-test.mjs";
import { auditPage } from "./support/page-audit.mjs";
import { placeCall } from "./support/sandbox.mjs";
import { expectHidden, expectVisible, WAIT_TIMEOUT_MS, waitUntil } from "./support/waiting.mjs";

const DRAFTED = "Ask for the model first.";
const EDITED = "Ask for the model of the machine first.";

/** Places a call that the AI answers; resolves after its end. */
async function completedCall(api) {
  const callId = await placeCall([
    { say: "Hello, my laptop does not start" },
    { say: "Thank you, goodbye" },
    { say: "Yes" },
  ]);
  await waitUntil(
    "the end of the call",
    async () => (await api("GET", `/api/call-logs/${callId}/history`)).events,
    (events) => events.some(({ type }) => type === "CallEnded"),
  );
  return callId;
}

/** The persona version of each AI turn of a call. */
async function personaVersions(api, callId) {
  const { events } = await api("GET", `/api/call-logs/${callId}/history`);
  return events.filter(({ type }) => type === "AiTurn").map(({ data }) => data.persona_version);
}

/** Whether any model request after the first `since` contained the rule; and the number of requests. */
async function ruleInRequests(since) {
  const response = await fetch(`${process.env.SANDBOX_URL}/sandbox/models/requests`);
  const requests = await response.json();
  const isIncluded = requests.slice(since).some(({ body }) => JSON.stringify(body).includes(EDITED));
  return { isIncluded, requests: requests.length };
}

browserTest("an approved rule applies to the next call, and a rollback removes it", async (fixture) => {
  const { page, api, browser } = fixture;
  await registerAdmin(fixture);
  const first = await completedCall(api);
  await api("PUT", `/api/call-logs/${first}/grade`, { grade: "needs_improvement" });
  for (const note of ["ask for the model first", "Do not talk so much"]) {
    await api("POST", `/api/call-logs/${first}/corrections`, { note });
  }

  await page.goto("/feedback");
  const learned = page.getByRole("region", { name: "Learned rules" });
  await expectVisible(learned.getByText("No learned rules in use."), "the status without a persona");
  await expectVisible(learned.getByText("No learned rules yet."), "the empty list of versions");

  await learned.getByRole("button", { name: "Propose rules" }).click();
  const form = page.getByRole("dialog", { name: "Propose rules" });
  await form.getByRole("checkbox", { name: /ask for the model first/ }).check();
  await form.getByRole("button", { name: "Draft with the model" }).click();
  await expectVisible(form.getByText("The model’s rules were added below"), "the notice of drafted rules");
  const rule = form.getByRole("textbox", { name: "Rule 1" });
  assert.equal(await rule.inputValue(), DRAFTED);
  await rule.fill("Ring +1 504 555 0142 first");
  await form.getByRole("button", { name: "Propose", exact: true }).click();
  await expectVisible(
    form.getByText(/must not contain a phone number/),
    "the reason for rejecting a phone number",
  );
  await rule.fill(EDITED);
  await form.getByRole("button", { name: "Propose", exact: true }).click();
  await expectHidden(form, "the form");

  const version = learned.getByRole("article", { name: "Version 1" });
  await expectVisible(version.getByText("Pending approval"), "the proposal");
  await expectVisible(version.getByText("Changes from the base prompt"), "the base of the comparison");
  await expectVisible(version.getByText(EDITED), "the added rule");
  await expectVisible(version.getByText("Proposed by you"), "the proposer");
  const source = version.getByRole("listitem").filter({ hasText: "ask for the model first" });
  assert.match(await source.getByRole("link").getAttribute("href"), new RegExp(`/calls/${first}`));

  await version.getByRole("button", { name: "Approve" }).click();
  const confirmation = page.getByRole("dialog", { name: "Approve version 1?" });
  await expectVisible(confirmation.getByText(EDITED), "the rule to approve");
  await confirmation.getByRole("button", { name: "Approve" }).click();
  await expectVisible(version.getByText("In use"), "the status of the approved version");
  await expectVisible(version.getByText("Approved by you"), "the approver");
  await expectVisible(learned.getByText("Version 1 in use."), "the version in use");

  const before = await ruleInRequests(0);
  assert.equal(before.isIncluded, false);
  const second = await completedCall(api);
  assert.deepEqual([...new Set(await personaVersions(api, second))], [1]);
  assert.equal((await ruleInRequests(before.requests)).isIncluded, true);

  await asTeamMember(browser, api, async (memberPage) => {
    await memberPage.goto(`${baseUrl()}/feedback`);
    const shown = memberPage.getByRole("region", { name: "Learned rules" });
    await expectVisible(shown.getByText(ADMIN.name), "the approver, for a team member");
    await shown.getByRole("button", { name: "Propose rules" }).click();
    const memberForm = memberPage.getByRole("dialog", { name: "Propose rules" });
    assert.equal(await memberForm.getByRole("textbox", { name: "Rule 1" }).inputValue(), EDITED);
    await expectVisible(memberForm.getByText("used in version 1"), "the version that used the correction");
    await memberForm.getByRole("textbox", { name: "Rule 1" }).press("Enter");
    await memberForm.getByRole("textbox", { name: "Rule 2" }).fill("Answer in one sentence.");
    await memberForm.getByRole("button", { name: "Propose", exact: true }).click();
    const waiting = shown.getByRole("article", { name: "Version 2" });
    await expectVisible(waiting.getByText("Pending approval"), "the second proposal");
    assert.equal(await shown.getByRole("button", { name: /Approve|Reject|Roll back/ }).count(), 0);
  });
  const proposed = learned.getByRole("article", { name: "Version 2" });
  await expectVisible(proposed.getByText("Bob Colleague"), "the proposer of the second version");
  await proposed.getByRole("button", { name: "Reject" }).click();
  await page
    .getByRole("dialog", { name: "Reject version 2?" })
    .getByRole("button", { name: "Reject" })
    .click();
  await expectVisible(proposed.getByText("Rejected", { exact: true }), "the rejected status");

  await learned.getByRole("button", { name: "Roll back to the base prompt" }).click();
  await page
    .getByRole("dialog", { name: "Roll back to the base prompt?" })
    .getByRole("button", { name: "Roll back" })
    .click();
  await expectVisible(learned.getByText("Rolled back from version 1 to the base prompt"), "the rollback");
  const since = await ruleInRequests(0);
  const third = await completedCall(api);
  assert.deepEqual([...new Set(await personaVersions(api, third))], [0]);
  assert.equal((await ruleInRequests(since.requests)).isIncluded, false);

  const listProblems = await auditPage(page, "personas", async () => {
    await page.goto("/feedback");
    await expectVisible(version.getByRole("button", { name: "Roll back to version 1" }), "the versions");
  });
  const formProblems = await auditPage(page, "personas-propose", async () => {
    await page.goto("/feedback");
    await learned.getByRole("button", { name: "Propose rules" }).click();
    await expectVisible(form.getByRole("checkbox"), "the corrections");
  });
  assert.equal([...listProblems, ...formProblems].join("\n"), "");
  await page.screenshot({ path: screenshotPath("personas-end"), fullPage: true });
});

/** Runs actions as another user with the role `agent`, in a separate browser context. */
async function asTeamMember(browser, api, run) {
  const email = "bob@example.com";
  const { invitation } = await api("POST", "/api/users", { email, role: "agent" });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US" });
  context.setDefaultTimeout(WAIT_TIMEOUT_MS);
  const registered = await context.request.post(`${baseUrl()}/api/auth/register`, {
    data: { email, name: "Bob Colleague", password: PASSWORD, invitation },
  });
  assert.ok(registered.ok(), await registered.text());
  await run(await context.newPage());
  await context.close();
}
