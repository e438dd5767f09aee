// A call on Live, while it goes on: its words stream in, a connection that is lost loses none of them, and from the page
// it is listened to, taken over, held, resumed, transferred and ended.

import { isDeepStrictEqual } from "node:util";
import { Cable } from "./support/cable.mjs";
import { atTheTelephone, call, does } from "./support/network.mjs";
import { asAdmin, baseUrl, picture, story } from "./support/story.mjs";
import { gone, seen, until } from "./support/waiting.mjs";

/** Somebody who has something to say whenever it is their turn. */
const talkative = Array.from({ length: 300 }, (_, n) => ({
  say: `My bicycle number ${n + 1} has a flat tyre`,
}));

/** The words on a card, in order, each with who said them. */
function wordsOf(card) {
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

/** The same from the ledger. */
async function wordsOfLedger(api, callId) {
  const transcripts = await api("GET", `/api/call-logs/${callId}/transcript`);
  const turns = transcripts.find(({ engine }) => engine === "turns")?.segments ?? [];
  return turns.map(({ speaker, text }) => `${speaker === "ai" ? "AI" : "Caller"}: ${text}`);
}

const happened = async (api, callId, type) =>
  (await api("GET", `/api/call-logs/${callId}/history`)).events.filter((event) => event.type === type).length;

story(
  "a call is seen live, taken over, held, transferred and ended, and no line of it is lost",
  async (stage) => {
    const { page, api, atTheEnd } = stage;
    const cable = new Cable(baseUrl());
    atTheEnd(() => cable.remove());
    const dashboard = await cable.lay();
    const me = await asAdmin(stage);
    await api("PUT", "/api/agents/default", {
      settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
    });
    await atTheTelephone(`client:${me}`, [{ on: "joined", say: "I am here now, tell me all about it" }]);
    await atTheTelephone("+15045550111", [{ say: "Workshop, good morning", anytime: true, after_ms: 3_000 }]);
    await page.goto(`${dashboard}/live`);
    await seen(page.getByText("No call goes on"), "the page that waits for calls");

    const callId = await call(talkative);
    const card = page.getByRole("article", { name: /^Call with/ });
    await seen(card, "the card of the call");
    await seen(card.getByText("AI speaks"), "who holds the line");
    await until(
      "words stream in",
      () => wordsOf(card),
      (words) => words.length >= 4,
    );
    await page.screenshot({ path: picture("live-call") });

    cable.cut();
    await seen(page.getByText("The live connection is lost"), "the notice that the connection is lost");
    const before = (await wordsOf(card)).length;
    const missed = await until(
      "more is said while nobody can see it",
      () => wordsOfLedger(api, callId),
      (words) => words.length >= before + 4,
    );
    cable.mend();
    await gone(page.getByText("The live connection is lost"), "the notice that the connection is lost");
    await until(
      "what was missed",
      () => wordsOf(card),
      (words) => words.length >= missed.length,
    );

    // Its sound comes to this page: it is said to be heard once pieces of it are played, and not before.
    await card.getByRole("button", { name: "Listen in" }).click();
    const listening = page.getByRole("region", { name: "Listening in" });
    await seen(listening.getByText("Listening to the call with"), "that the sound is heard");
    await seen(card.getByText(/^Listening: /), "who listens");
    await page.screenshot({ path: picture("live-listening") });
    cable.cut();
    await seen(listening.getByText("The sound broke off"), "that the sound broke off");
    cable.mend();
    await seen(listening.getByText("Listening to the call with"), "that the sound is heard again");
    await gone(page.getByText("The live connection is lost"), "the notice that the connection is lost");
    await listening.getByRole("button", { name: "Sound off" }).click();
    await seen(listening.getByRole("button", { name: "Sound on" }), "that the sound is off");

    await card.getByRole("button", { name: "Take over" }).click();
    await page.getByRole("menuitem", { name: "I speak now" }).click();
    await seen(card.getByText("Taken over by you"), "who took the call over");
    await gone(listening, "the sound of a call that is one's own");
    await seen(card.getByText("A person speaks"), "that a person speaks");
    await until(
      "the caller has met the person",
      () => happened(api, callId, "ParticipantJoined"),
      (n) => n >= 2,
    );
    // From now on nobody speaks to the machine: what is on the card is all that there is.
    const [, said] = await until(
      "every line, once, in order",
      async () => [await wordsOf(card), await wordsOfLedger(api, callId)],
      ([shown, said]) => said.length >= missed.length && isDeepStrictEqual(shown, said),
    );

    await does(callId, { say: "Can you send somebody" });
    await card.getByRole("button", { name: "Hold" }).click();
    await seen(card.getByText("On hold"), "that the caller is on hold");
    await card.getByRole("button", { name: "Resume" }).click();
    await gone(card.getByText("On hold"), "the hold");
    await card.getByRole("button", { name: "Keypad" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /^5/ }).click();
    await until(
      "the key is in the call",
      () => happened(api, callId, "DigitsSent"),
      (n) => n === 1,
    );
    await page.keyboard.press("Escape");

    await card.getByRole("button", { name: "Transfer" }).click();
    const transfer = page.getByRole("dialog");
    await transfer.getByRole("textbox", { name: "To this number" }).fill("+1 504 555 0111");
    await transfer.getByRole("button", { name: "Transfer" }).click();
    await until(
      "the call is transferred",
      () => happened(api, callId, "Transferred"),
      (n) => n === 1,
    );
    await gone(card.getByText("Transferring"), "the transfer that is under way");

    await card.getByRole("button", { name: "Hang up" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
    await seen(card.getByText("Completed"), "that the call is over");
    await card.getByRole("link").click();
    await seen(page.getByText("This call changed hands"), "the page of the call");
    await page.reload();
    await seen(page.getByText("This call changed hands"), "the page of the call after a reload");
    await seen(page.getByText(said[1].replace(/^\w+: /, "")), "the words of the call after a reload");
  },
);
