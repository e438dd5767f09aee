// Audits every page of a ledger with data, in both themes at desktop and phone width.

import assert from "node:assert/strict";
import { browserTest, registerAdmin } from "./support/browser-test.mjs";
import { auditPage } from "./support/page-audit.mjs";
import { placeCall } from "./support/sandbox.mjs";
import { expectVisible, waitUntil } from "./support/waiting.mjs";

/** Steps of a caller who keeps talking, so that Live shows an active call. */
const talkativeCaller = Array.from({ length: 300 }, (_, n) => ({
  say: `My bicycle number ${n + 1} has a flat tyre`,
}));

/** Creates calls of every outcome, grades, corrections, contacts and an invitation. */
async function createData(api) {
  const { settings } = await api("GET", "/api/agents/default");
  await api("PUT", "/api/agents/default", {
    settings: { ...settings, limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  const spoken = await placeCall([
    { say: "Hello, my heating does not work since yesterday" },
    { say: "My name is Ada Fontaine and I live in Maple Street" },
    { say: "Thank you, goodbye" },
    { say: "Yes" },
  ]);
  const ungraded = await placeCall(
    [{ say: "What are your opening hours" }, { say: "Goodbye" }, { say: "Yes" }],
    "+15045550143",
  );
  const outcomes = [
    "completed",
    "no_answer",
    "busy",
    "failed",
    "completed",
    "voicemail",
    "completed",
    "canceled",
  ];
  for (const [n, outcome] of outcomes.entries()) {
    await api("POST", "/api/call-logs", {
      direction: n % 3 === 0 ? "outbound" : "inbound",
      from: `+1504555015${n}`,
      to: "+15045550100",
      caller_name: n % 2 === 0 ? `Caller ${n} with a long name` : null,
      notes: "Logged manually",
      outcome: outcome === "voicemail" ? "completed" : outcome,
      duration_s: outcome === "completed" ? 60 * n + 12 : null,
    });
  }
  for (const [name, phone] of [
    ["Ada Fontaine", "+15045550142"],
    ["Grace Caller", "+15045550143"],
    ["Ömer Example with a name that is very long indeed", "+905045550144"],
  ]) {
    await api("POST", "/api/contacts", { name, phone });
  }
  await api("POST", "/api/users", { email: "bob@example.com", role: "agent" });
  await waitUntil(
    "summaries and archived recordings of both calls",
    async () => Promise.all([spoken, ungraded].map((id) => api("GET", `/api/call-logs/${id}`))),
    (calls) =>
      calls.every(
        ({ summary, recordings }) =>
          summary && recordings.length > 0 && recordings.every(({ state }) => state === "archived"),
      ),
  );
  await api("PUT", `/api/call-logs/${spoken}/grade`, { grade: "needs_improvement" });
  await api("POST", `/api/call-logs/${spoken}/corrections`, { note: "Ask for the street first", turn: 1 });
  await api("POST", `/api/call-logs/${spoken}/corrections`, { note: "Say when a technician comes" });
  return spoken;
}

browserTest("every page renders without overflow or accessibility violations", async (fixture) => {
  const { page, api } = fixture;
  await registerAdmin(fixture);
  const callId = await createData(api);
  await placeCall(talkativeCaller, "+15045550145");
  const main = page.getByRole("main");
  const pages = [
    { name: "live", path: "/live", content: main.getByText("has a flat tyre") },
    { name: "dashboard", path: "/?days=1", content: main.getByRole("heading", { name: /latest/i }) },
    { name: "calls", path: "/calls", content: main.getByRole("row").nth(3) },
    { name: "call", path: `/calls/${callId}`, content: main.getByText("Ask for the street first") },
    {
      name: "call-timeline",
      path: `/calls/${callId}?tab=timeline`,
      content: main.getByText("Transcript so far"),
    },
    { name: "review", path: "/review", content: main.getByRole("group", { name: "Grade" }) },
    { name: "feedback", path: "/feedback", content: main.getByText("Ask for the street first") },
    { name: "contacts", path: "/contacts", content: main.getByText("Ada Fontaine") },
    { name: "agents", path: "/agents", content: main.getByRole("link").first() },
    { name: "agent", path: "/agents/default", content: main.getByRole("region", { name: "Opening hours" }) },
    {
      name: "tryout-before",
      path: "/agents/default/try",
      content: main.getByRole("button", { name: "Call the assistant" }),
    },
    { name: "projections", path: "/projections", content: main.getByText("Up to date") },
    { name: "users", path: "/users", content: main.getByRole("listitem") },
    { name: "account", path: "/account", content: main.getByRole("heading", { name: "Your account" }) },
  ];
  const problems = [];
  for (const { name, path, content } of pages) {
    const open = async () => {
      await page.goto(path);
      await expectVisible(content, `the page ${path}`);
    };
    problems.push(...(await auditPage(page, name, open)));
  }
  const dialer = async () => {
    await page.goto("/account");
    await page.getByRole("button", { name: "Open dialer" }).click();
    await expectVisible(page.getByRole("dialog", { name: "Dialer" }).getByRole("tab"), "the dialer");
    await expectVisible(page.getByText(/type what you want to say/), "the hint for typed calls");
  };
  problems.push(...(await auditPage(page, "dialer", dialer)));
  const tryout = async () => {
    await page.goto("/agents/default/try");
    await page.getByRole("button", { name: "Call the assistant" }).click();
    const call = page.getByRole("region", { name: "The call" });
    await expectVisible(call.getByText("thank you for calling"), "the greeting");
    await expectVisible(call.getByRole("textbox", { name: "Say something" }), "the text input");
    await call.getByRole("button", { name: "Keypad" }).click();
    await expectVisible(call.getByRole("group", { name: "Keypad" }), "the keypad");
    await expectVisible(page.getByRole("list", { name: "Events" }).getByText("AI turn"), "the events");
  };
  problems.push(...(await auditPage(page, "tryout", tryout)));
  assert.equal(problems.join("\n"), "");
});
