// The page of a call in progress: each turn appears from the live feed, without a request; after the end, the page shows
// what the service answers.

import assert from "node:assert/strict";
import { browserTest, registerAdmin } from "./support/browser-test.mjs";
import { placeCall } from "./support/sandbox.mjs";
import { expectVisible, waitUntil } from "./support/waiting.mjs";

/** Turns that have to appear without a request. */
const TURNS = 6;

browserTest("the page of a live call shows each turn without a request", async (fixture) => {
  const { page, api } = fixture;
  await registerAdmin(fixture);
  await api("PUT", "/api/agents/default", {
    settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  const steps = Array.from({ length: 300 }, (_, n) => ({
    say: `My bicycle number ${n + 1} has a flat tyre`,
  }));
  const callId = await placeCall(steps);
  const types = async () =>
    (await api("GET", `/api/call-logs/${callId}/history`)).events.map(({ type }) => type);
  await waitUntil("the recording", types, (all) => all.includes("RecordingStarted"));

  const requests = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith(`/api/call-logs/${callId}`)) requests.push(pathname);
  });
  await page.goto(`/calls/${callId}`);
  const shown = () => page.getByText(/^My bicycle number \d+ has a flat tyre$/).count();
  // The first events may arrive while the page is loaded.
  const first = await waitUntil("the first turns", shown, (count) => count >= 2);
  const before = await waitUntil("turns from the feed", shown, (count) => count >= first + 2);
  requests.length = 0;
  await waitUntil("further turns", shown, (count) => count >= before + TURNS);
  assert.deepEqual(requests, []);

  await api("POST", `/api/active-calls/${callId}/hangup`);
  await expectVisible(page.getByRole("row", { name: /^How it ended/ }), "the end of the call");
  const turns = page.getByRole("row", { name: /^Turns/ });
  await waitUntil(
    "the figures of the service",
    async () => [await turns.textContent(), await api("GET", `/api/call-logs/${callId}`)],
    ([text, call]) => text?.includes(`caller ${call.caller_turns}, assistant ${call.ai_turns}`),
  );
});
