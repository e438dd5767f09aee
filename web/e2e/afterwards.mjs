// A call that is over, on its page: found by a word that was said, read in both its parts, heard, graded, corrected, its
// past looked at, and its caller made a contact.

import assert from "node:assert/strict";
import { atTheTelephone, call } from "./support/network.mjs";
import { asAdmin, picture, story } from "./support/story.mjs";
import { gone, seen, until } from "./support/waiting.mjs";

/** A word that nobody else says. */
const WORD = "marmalade";

/** A call in which first the AI and then a person speaks with the caller; it is over when everything of it is kept. */
async function kept({ api }, user) {
  // The caller waits for the person in silence.
  await api("PUT", "/api/agents/default", {
    settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  await atTheTelephone(`client:${user}`, [
    { on: "joined" },
    { say: "I will send somebody tomorrow", anytime: true, after_ms: 12_000 },
  ]);
  const callId = await call([
    { say: `My ${WORD} machine does not start` },
    { on: "joined" },
    { when: "send somebody" },
    { say: "Thank you that was very kind", anytime: true },
    // After the last word: the recording must have it.
    { hang_up: true, after_ms: 4_000 },
  ]);
  const history = async () =>
    (await api("GET", `/api/call-logs/${callId}/history`)).events.map(({ type }) => type);
  const has =
    (type, times = 1) =>
    (types) =>
      types.filter((one) => one === type).length >= times;
  const takesPart = (what, body) => api("POST", `/api/active-calls/${callId}/${what}`, body);
  await until("the caller is answered", history, has("AiTurn", 2));
  await takesPart("monitor", { mode: "take_over" });
  await until("the person's part is recorded", history, has("RecordingStarted", 2));
  await until("the call is over", history, has("CallEnded"));
  await until(
    "both parts are kept, as sound and as words",
    async () => [
      await api("GET", `/api/call-logs/${callId}`),
      await api("GET", `/api/call-logs/${callId}/transcript`),
    ],
    ([detail, transcripts]) =>
      detail.summary &&
      detail.recordings.filter(({ state }) => state === "archived").length === 2 &&
      ["ai", "human"].every((phase) =>
        transcripts.some((one) => one.phase === phase && one.engine !== "turns"),
      ),
  );
  return callId;
}

story(
  "a call that is over is found, read, heard, graded, corrected, and its past looked at",
  async (stage) => {
    const { page, api } = stage;
    const callId = await kept(stage, await asAdmin(stage));

    await page.goto("/calls");
    await seen(page.getByRole("row").nth(1), "the list of calls");
    await page.keyboard.press("/");
    await page.keyboard.type("nobody ever said this");
    await seen(page.getByText("No call matches"), "that nothing matches");
    await page.getByRole("searchbox", { name: "Search calls" }).fill(WORD);
    await gone(page.getByText("No call matches"), "that nothing matches");
    await seen(page.getByRole("row").nth(1), "the call that was searched for");
    await page.getByRole("searchbox", { name: "Search calls" }).blur();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/calls/${callId}*`);

    const byMachine = page.getByRole("region", { name: "Conversation with the AI" });
    const byPerson = page.getByRole("region", { name: "Conversation with a person" });
    await seen(byMachine.getByText(WORD), "what was said to the AI");
    await seen(byPerson.getByText("I will send somebody tomorrow"), "what the person said");
    await page.screenshot({ path: picture("call-of-two-parts"), fullPage: true });

    for (const part of [byMachine, byPerson]) {
      await part.getByRole("button", { name: "Play", exact: true }).click();
      await seen(part.getByRole("button", { name: "Pause" }), "a recording that plays");
      await until(
        "the sound goes on",
        () => part.getByText(/^\d+:\d\d \/ \d+:\d\d$/).textContent(),
        (text) => !text.startsWith("0:00"),
      );
    }
    const listened = await api("GET", `/api/call-logs/${callId}/history`);
    assert.equal(listened.events.filter(({ type }) => type === "RecordingPlayed").length, 2);

    const review = page.getByRole("region", { name: "Review" });
    await review.getByRole("button", { name: "Good" }).click();
    await seen(review.getByText("Graded by you"), "who graded");
    await review
      .getByRole("textbox", { name: "What should have been said?" })
      .fill("Ask for the model first");
    await review.getByRole("button", { name: "Save correction" }).click();
    await seen(review.getByRole("listitem").filter({ hasText: "Ask for the model first" }), "the correction");
    await byMachine.getByRole("listitem").nth(1).hover();
    await byMachine.getByRole("listitem").nth(1).getByRole("button", { name: "Correct this turn" }).click();
    await seen(review.getByText("turn 2"), "that the correction is about a turn");
    await page.keyboard.type("Say when somebody comes");
    await page.keyboard.press("Control+Enter");
    await seen(byMachine.getByText("Say when somebody comes"), "the correction at its turn");
    await page.reload();
    await seen(byMachine.getByText("Say when somebody comes"), "the correction after a reload");
    await seen(review.getByText("Graded by you"), "the grade after a reload");

    await page.getByRole("tab", { name: "Time line" }).click();
    const slider = page.getByRole("slider", { name: "The call as it was after event" });
    await seen(slider, "the time line");
    await seen(page.getByRole("heading", { name: "The call as it is known now" }), "the present");
    await slider.press("Home");
    await seen(
      page.getByRole("heading", { name: "The call as it was known after event 1" }),
      "the beginning",
    );
    await seen(page.getByText("Nothing had been said yet."), "that nothing had been said");
    await page.waitForURL(/version=1\b/);
    await drag(page, slider, 8);
    await seen(page.getByRole("heading", { name: /^The call as it was known after event \d/ }), "the past");
    const dragged = await until(
      "the address has the event that was dragged to",
      async () => Number(new URL(page.url()).searchParams.get("version")),
      (version) => version > 1,
    );
    await page.reload();
    await seen(
      page.getByRole("heading", { name: `after event ${dragged}` }),
      "the same moment after a reload",
    );
    await page.screenshot({ path: picture("call-time-line"), fullPage: true });

    await page.getByRole("button", { name: "Add contact" }).click();
    const form = page.getByRole("dialog", { name: "Add a contact" });
    await form.getByRole("textbox", { name: "Name" }).fill("Grace Caller");
    await form.getByRole("button", { name: "Save" }).click();
    await seen(page.getByText("Grace Caller is saved."), "that the contact is saved");
    await page.getByRole("link", { name: "Contacts" }).click();
    await seen(page.getByRole("region", { name: "G" }).getByText("Grace Caller"), "the contact");
  },
);

/** Where something is, once it does not move any more. */
async function resting(locator) {
  let before = await locator.boundingBox();
  return until(
    "it rests",
    async () => {
      const now = await locator.boundingBox();
      const isResting = JSON.stringify(now) === JSON.stringify(before);
      before = now;
      return isResting && now;
    },
    (box) => Boolean(box),
  );
}

/** Drags a slider's thumb by so many events. */
async function drag(page, slider, events) {
  const box = await resting(slider);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + (events * 26) / 2, y, { steps: 4 });
  await page.mouse.move(x + events * 26, y, { steps: 4 });
  await page.mouse.up();
}
