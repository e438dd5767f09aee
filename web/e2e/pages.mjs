// Every page of a ledger in which something happens: in both themes, on a laptop and on a telephone.

import assert from "node:assert/strict";
import { look } from "./support/look.mjs";
import { call } from "./support/network.mjs";
import { asAdmin, story } from "./support/story.mjs";
import { seen, until } from "./support/waiting.mjs";

/** A call that goes on and on, so that there is one on Live. */
const talkative = Array.from({ length: 300 }, (_, n) => ({
  say: `My bicycle number ${n + 1} has a flat tyre`,
}));

/** What has happened here: calls of every kind, judged and corrected, and people with names. */
async function past(api) {
  const { settings } = await api("GET", "/api/agents/default");
  await api("PUT", "/api/agents/default", {
    settings: { ...settings, limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  const spoken = await call([
    { say: "Hello, my heating does not work since yesterday" },
    { say: "My name is Ada Fontaine and I live in Maple Street" },
    { say: "Thank you, goodbye" },
  ]);
  const ungraded = await call([{ say: "What are your opening hours" }, { say: "Goodbye" }], "+15045550143");
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
      notes: "Written down by hand",
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
  await until(
    "the calls are over, and all of them is kept",
    async () => Promise.all([spoken, ungraded].map((id) => api("GET", `/api/call-logs/${id}`))),
    (calls) =>
      calls.every(
        ({ summary, recordings }) =>
          summary && recordings.length > 0 && recordings.every(({ state }) => state === "archived"),
      ),
  );
  await api("PUT", `/api/call-logs/${spoken}/grade`, { grade: "needs_improvement" });
  await api("POST", `/api/call-logs/${spoken}/corrections`, { note: "Ask for the street first", turn: 1 });
  await api("POST", `/api/call-logs/${spoken}/corrections`, { note: "Say when somebody comes" });
  return spoken;
}

story("every page is whole in both themes, on a laptop and on a telephone", async (stage) => {
  const { page, api } = stage;
  await asAdmin(stage);
  const callId = await past(api);
  await call(talkative, "+15045550145");
  const main = page.getByRole("main");
  const pages = [
    { name: "live", path: "/live", shows: main.getByText("has a flat tyre") },
    { name: "dashboard", path: "/?days=1", shows: main.getByRole("heading", { name: /latest/i }) },
    { name: "calls", path: "/calls", shows: main.getByRole("row").nth(3) },
    { name: "call", path: `/calls/${callId}`, shows: main.getByText("Ask for the street first") },
    { name: "call-timeline", path: `/calls/${callId}?tab=timeline`, shows: main.getByText("Said so far") },
    { name: "review", path: "/review", shows: main.getByRole("group", { name: "Grade" }) },
    { name: "feedback", path: "/feedback", shows: main.getByText("Ask for the street first") },
    { name: "contacts", path: "/contacts", shows: main.getByText("Ada Fontaine") },
    { name: "agents", path: "/agents", shows: main.getByRole("link").first() },
    { name: "agent", path: "/agents/default", shows: main.getByRole("region", { name: "Hours" }) },
    {
      name: "tryout-before",
      path: "/agents/default/try",
      shows: main.getByRole("button", { name: "Call the agent" }),
    },
    { name: "projections", path: "/projections", shows: main.getByText("Up to date") },
    { name: "users", path: "/users", shows: main.getByRole("listitem") },
    { name: "account", path: "/account", shows: main.getByRole("heading", { name: "Your account" }) },
  ];
  const wrong = [];
  for (const { name, path, shows } of pages) {
    const open = async () => {
      await page.goto(path);
      await seen(shows, `the page ${path}`);
    };
    wrong.push(...(await look(page, name, open)));
  }
  const dialer = async () => {
    await page.goto("/account");
    await page.getByRole("button", { name: "Open the dialer" }).click();
    await seen(page.getByRole("dialog", { name: "Dialer" }).getByRole("tab"), "the dialer");
    await seen(page.getByText(/you type what you say/), "how one calls here");
  };
  wrong.push(...(await look(page, "dialer", dialer)));
  const tryout = async () => {
    await page.goto("/agents/default/try");
    await page.getByRole("button", { name: "Call the agent" }).click();
    const call = page.getByRole("region", { name: "The call" });
    await seen(call.getByText("thank you for calling"), "the greeting");
    await seen(call.getByRole("textbox", { name: "Say something" }), "the place to type");
    await call.getByRole("button", { name: "Keypad" }).click();
    await seen(call.getByRole("group", { name: "Keypad" }), "the keypad");
    await seen(page.getByRole("list", { name: "Events" }).getByText("AI turn"), "the events");
  };
  wrong.push(...(await look(page, "tryout", tryout)));
  assert.equal(wrong.join("\n"), "");
});
