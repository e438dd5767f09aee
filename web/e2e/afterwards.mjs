// The page of an ended call: find the call by a spoken word, read and play both phases, grade and correct it, inspect past
// states, and add its caller as a contact.

import assert from "node:assert/strict";
import { browserTest, registerAdmin, screenshotPath } from "./support/browser-test.mjs";
import { placeCall, setParty } from "./support/sandbox.mjs";
import { expectHidden, expectVisible, waitUntil } from "./support/waiting.mjs";

/** A word that occurs in no other call. */
const WORD = "marmalade";

/** Places a call that the AI answers and the user takes over; resolves once its recordings, transcripts and summary exist. */
async function takenOverCall({ api }, user) {
  // The caller is silent until the user joins.
  await api("PUT", "/api/agents/default", {
    settings: { limits: { max_duration_s: 14_400, silence_prompts: 10 } },
  });
  await setParty(`client:${user}`, [
    { on: "joined" },
    { say: "I will send someone tomorrow", anytime: true, after_ms: 12_000 },
  ]);
  const callId = await placeCall([
    { say: `My ${WORD} machine does not start` },
    { on: "joined" },
    { when: "send someone" },
    { say: "Thank you that was very kind", anytime: true },
    // Late enough for the last words to be recorded.
    { hang_up: true, after_ms: 4_000 },
  ]);
  const history = async () =>
    (await api("GET", `/api/call-logs/${callId}/history`)).events.map(({ type }) => type);
  const has =
    (type, times = 1) =>
    (types) =>
      types.filter((other) => other === type).length >= times;
  const act = (what, body) => api("POST", `/api/active-calls/${callId}/${what}`, body);
  await waitUntil("two AI turns", history, has("AiTurn", 2));
  await act("monitor", { mode: "take_over" });
  await waitUntil("the recording of the human phase", history, has("RecordingStarted", 2));
  await waitUntil("the end of the call", history, has("CallEnded"));
  await waitUntil(
    "recordings and transcripts of both phases",
    async () => [
      await api("GET", `/api/call-logs/${callId}`),
      await api("GET", `/api/call-logs/${callId}/transcript`),
    ],
    ([detail, transcripts]) =>
      detail.summary &&
      detail.recordings.filter(({ state }) => state === "archived").length === 2 &&
      ["ai", "human"].every((phase) =>
        transcripts.some((transcript) => transcript.phase === phase && transcript.engine !== "turns"),
      ),
  );
  return callId;
}

browserTest(
  "an ended call can be found, read, played, graded, corrected and inspected in past states",
  async (fixture) => {
    const { page, api } = fixture;
    const callId = await takenOverCall(fixture, await registerAdmin(fixture));

    await page.goto("/calls");
    await expectVisible(page.getByRole("row").nth(1), "the list of calls");
    await page.keyboard.press("/");
    await page.keyboard.type("no call contains this");
    await expectVisible(page.getByText("No matching calls"), "the empty search result");
    await page.getByRole("searchbox", { name: "Search calls" }).fill(WORD);
    await expectHidden(page.getByText("No matching calls"), "the empty search result");
    await expectVisible(page.getByRole("row").nth(1), "the matching call");
    await page.getByRole("searchbox", { name: "Search calls" }).blur();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/calls/${callId}*`);

    const aiPhase = page.getByRole("region", { name: "Conversation with the assistant" });
    const humanPhase = page.getByRole("region", { name: "Conversation with a team member" });
    await expectVisible(aiPhase.getByText(WORD), "the caller's words to the AI");
    await expectVisible(humanPhase.getByText("I will send someone tomorrow"), "the user's words");
    await page.screenshot({ path: screenshotPath("call-two-phases"), fullPage: true });

    for (const phase of [aiPhase, humanPhase]) {
      await phase.getByRole("button", { name: "Play", exact: true }).click();
      await expectVisible(
        phase.getByRole("button", { name: "Pause" }),
        "the pause button of a playing recording",
      );
      await waitUntil(
        "playback progress",
        () => phase.getByText(/^\d+:\d\d \/ \d+:\d\d$/).textContent(),
        (text) => !text.startsWith("0:00"),
      );
    }
    const history = await api("GET", `/api/call-logs/${callId}/history`);
    assert.equal(history.events.filter(({ type }) => type === "RecordingPlayed").length, 2);

    const review = page.getByRole("region", { name: "Review" });
    await review.getByRole("button", { name: "Good" }).click();
    await expectVisible(review.getByText("Graded by you"), "the grader");
    await review
      .getByRole("textbox", { name: "What should have been said?" })
      .fill("Ask for the model first");
    await review.getByRole("button", { name: "Save correction" }).click();
    await expectVisible(
      review.getByRole("listitem").filter({ hasText: "Ask for the model first" }),
      "the correction",
    );
    // The notices before the first turn have no number.
    const secondTurn = aiPhase.getByRole("listitem").nth(2);
    await secondTurn.hover();
    await secondTurn.getByRole("button", { name: "Correct this turn" }).click();
    await expectVisible(review.getByText("Turn 2"), "the turn of the correction");
    await page.keyboard.type("Say when a technician comes");
    await page.keyboard.press("Control+Enter");
    await expectVisible(aiPhase.getByText("Say when a technician comes"), "the correction at its turn");
    await page.reload();
    await expectVisible(aiPhase.getByText("Say when a technician comes"), "the correction after a reload");
    await expectVisible(review.getByText("Graded by you"), "the grade after a reload");

    await page.getByRole("tab", { name: "Timeline" }).click();
    const slider = page.getByRole("slider", { name: "State after event" });
    await expectVisible(slider, "the timeline");
    await expectVisible(page.getByRole("heading", { name: "Current state" }), "the current state");
    await slider.press("Home");
    await expectVisible(
      page.getByRole("heading", { name: "State after event 1" }),
      "the state after the first event",
    );
    await expectVisible(page.getByText("Nothing said yet."), "the empty transcript");
    await page.waitForURL(/version=1\b/);
    await drag(page, slider, 8);
    await expectVisible(page.getByRole("heading", { name: /^State after event \d/ }), "a past state");
    const dragged = await waitUntil(
      "the selected version in the URL",
      async () => Number(new URL(page.url()).searchParams.get("version")),
      (version) => version > 1,
    );
    await page.reload();
    await expectVisible(
      page.getByRole("heading", { name: `after event ${dragged}` }),
      "the same state after a reload",
    );
    await page.screenshot({ path: screenshotPath("call-timeline-dragged"), fullPage: true });

    await page.getByRole("button", { name: "Add contact" }).click();
    const form = page.getByRole("dialog", { name: "Add contact" });
    await form.getByRole("textbox", { name: "Name" }).fill("Grace Caller");
    await form.getByRole("button", { name: "Save" }).click();
    await expectVisible(page.getByText("Grace Caller saved."), "the confirmation of the saved contact");
    await page.getByRole("link", { name: "Contacts" }).click();
    await expectVisible(page.getByRole("region", { name: "G" }).getByText("Grace Caller"), "the contact");
  },
);

/** The bounding box of an element once it has stopped moving. */
async function stableBox(locator) {
  let before = await locator.boundingBox();
  return waitUntil(
    "an element to stop moving",
    async () => {
      const now = await locator.boundingBox();
      const isStable = JSON.stringify(now) === JSON.stringify(before);
      before = now;
      return isStable && now;
    },
    (box) => Boolean(box),
  );
}

/** Drags a slider's thumb by a number of events. */
async function drag(page, slider, events) {
  const box = await stableBox(slider);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + (events * 26) / 2, y, { steps: 4 });
  await page.mouse.move(x + events * 26, y, { steps: 4 });
  await page.mouse.up();
}
