// The Live page during a call: the transcript streams and survives a lost connection; the user listens in, takes over,
// holds, resumes, transfers and ends the call.

import { isDeepStrictEqual } from "node:util";
import { baseUrl, browserTest, registerAdmin, screenshotPath } from "./support/browser-test.mjs";
import { placeCall, sendStep, setParty } from "./support/sandbox.mjs";
import { TcpProxy } from "./support/tcp-proxy.mjs";
import { expectHidden, expectVisible, waitUntil } from "./support/waiting.mjs";

/** Steps of a caller who speaks in every turn. */
const talkativeCaller = Array.from({ length: 300 }, (_, n) => ({
  say: `My bicycle number ${n + 1} has a flat tyre`,
}));

/** The transcript lines of a card, in order, each with its speaker. */
function cardTranscript(card) {
  return card
    .getByRole("log", { name: "Transcript" })
    .locator(":scope > div")
    .evaluateAll((turns) =>
      turns.map((turn) => {
        const [speaker, text] = Array.from(turn.children, (child) => child.textContent);
        return `${speaker}: ${text}`;
      }),
    );
}

/** The same lines from the API. */
async function ledgerTranscript(api, callId) {
  const transcripts = await api("GET", `/api/call-logs/${callId}/transcript`);
  const turns = transcripts.find(({ engine }) => engine === "turns")?.segments ?? [];
  // The card shows turns; the notices before the first one have the number 0.
  const spoken = turns.filter(({ n }) => n > 0);
  return spoken.map(({ speaker, text }) => `${speaker === "ai" ? "Assistant" : "Caller"}: ${text}`);
}

/** The number of events of a type in the call's history. */
const countEvents = async (api, callId, type) =>
  (await api("GET", `/api/call-logs/${callId}/history`)).events.filter((event) => event.type === type).length;

browserTest(
  "a live call can be followed, taken over, held, transferred and ended without losing a transcript line",
  async (fixture) => {
    const { page, api, onCleanup } = fixture;
    const proxy = new TcpProxy(baseUrl());
    onCleanup(() => proxy.close());
    const dashboard = await proxy.listen();
    const me = await registerAdmin(fixture);
    await api("PUT", "/api/agents/default", {
      settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
    });
    await setParty(`client:${me}`, [{ on: "joined", say: "I am here now, tell me all about it" }]);
    await setParty("+15045550111", [{ say: "Workshop, good morning", anytime: true, after_ms: 3_000 }]);
    await page.goto(`${dashboard}/live`);
    await expectVisible(page.getByText("No active calls"), "the empty Live page");

    const callId = await placeCall(talkativeCaller);
    const card = page.getByRole("article", { name: /^Call with/ });
    await expectVisible(card, "the card of the call");
    await expectVisible(card.getByText("Assistant speaking"), "the assistant badge");
    await waitUntil(
      "streamed transcript lines",
      () => cardTranscript(card),
      (words) => words.length >= 4,
    );
    await page.screenshot({ path: screenshotPath("live-call") });

    proxy.disconnect();
    await expectVisible(page.getByText("Live connection lost"), "the lost connection notice");
    const before = (await cardTranscript(card)).length;
    const missed = await waitUntil(
      "new turns during the disconnection",
      () => ledgerTranscript(api, callId),
      (words) => words.length >= before + 4,
    );
    proxy.reconnect();
    await expectHidden(page.getByText("Live connection lost"), "the lost connection notice");
    await waitUntil(
      "the missed transcript lines",
      () => cardTranscript(card),
      (words) => words.length >= missed.length,
    );

    // The page reports "Listening" only once it plays audio frames.
    await card.getByRole("button", { name: "Listen in" }).click();
    const listening = page.getByRole("region", { name: "Listening in" });
    await expectVisible(listening.getByText("Listening to the call with"), "the listening status");
    await expectVisible(card.getByText(/^Listening: /), "the list of listeners");
    await page.screenshot({ path: screenshotPath("live-listening") });
    proxy.disconnect();
    await expectVisible(listening.getByText("Audio lost, reconnecting"), "the lost audio status");
    proxy.reconnect();
    await expectVisible(
      listening.getByText("Listening to the call with"),
      "the listening status after reconnecting",
    );
    await expectHidden(page.getByText("Live connection lost"), "the lost connection notice");
    await listening.getByRole("button", { name: "Mute audio" }).click();
    await expectVisible(listening.getByRole("button", { name: "Unmute audio" }), "the muted state");

    await card.getByRole("button", { name: "Take over" }).click();
    await page.getByRole("menuitem", { name: "Take over the call" }).click();
    await expectVisible(card.getByText("Taken over by you"), "the user who took over");
    await expectHidden(listening, "the audio bar after the takeover");
    await expectVisible(card.getByText("Team member speaking"), "the team member badge");
    await expectVisible(
      card.getByText("Words are not transcribed while a team member speaks"),
      "the notice that the words of a team member are not transcribed live",
    );
    await waitUntil(
      "the user in the conference",
      () => countEvents(api, callId, "ParticipantJoined"),
      (n) => n >= 2,
    );
    // The AI no longer takes part, so the transcript on the card is complete.
    const [, said] = await waitUntil(
      "the complete transcript in order",
      async () => [await cardTranscript(card), await ledgerTranscript(api, callId)],
      ([shown, said]) => said.length >= missed.length && isDeepStrictEqual(shown, said),
    );

    await sendStep(callId, { say: "Can you send someone" });
    await card.getByRole("button", { name: "Hold" }).click();
    await expectVisible(card.getByText("On hold"), "the hold badge");
    await card.getByRole("button", { name: "Resume" }).click();
    await expectHidden(card.getByText("On hold"), "the hold badge");
    await card.getByRole("button", { name: "Keypad" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /^5/ }).click();
    await waitUntil(
      "the sent digit",
      () => countEvents(api, callId, "DigitsSent"),
      (n) => n === 1,
    );
    await page.keyboard.press("Escape");

    await card.getByRole("button", { name: "Transfer" }).click();
    const transfer = page.getByRole("dialog");
    await transfer.getByRole("textbox", { name: "Phone number" }).fill("+1 504 555 0111");
    await transfer.getByRole("button", { name: "Transfer" }).click();
    await waitUntil(
      "the completed transfer",
      () => countEvents(api, callId, "Transferred"),
      (n) => n === 1,
    );
    await expectHidden(card.getByText("Transferring"), "the pending transfer");

    await card.getByRole("button", { name: "Hang up" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
    await expectVisible(card.getByText("Completed"), "the outcome");
    await expectVisible(
      card.getByText("The words after the takeover are transcribed from the recording"),
      "the notice where the words after the takeover are",
    );
    await card.getByRole("link").click();
    await expectVisible(page.getByText("Call handed over"), "the page of the call");
    await page.reload();
    await expectVisible(page.getByText("Call handed over"), "the page of the call after a reload");
    await expectVisible(page.getByText(said[1].replace(/^\w+: /, "")), "the transcript after a reload");
  },
);
