import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CallDetail, CallView, History, Transcript } from "../api/types";
import { applyToDetail, applyToHistory, applyToRow, applyToTranscripts, staleAfter } from "./applyEvent";
import type { CallMessage } from "./messages";

/** What the service sends and answers after each event of a call; its own test writes and checks these files. */
const FOLDER = new URL("../../../api/tests/fixtures/call_pages/", import.meta.url);

interface Fixture {
  about: string;
  /** `detail` has the fields that the event changed; `transcripts` is absent if they did not change. */
  steps: { message: CallMessage; detail: Partial<CallDetail>; transcripts?: Transcript[] }[];
}

const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
const fixtures = files.map((file): [string, Fixture] => [
  file,
  JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")),
]);

const DOCUMENT = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8"));
const ROW_FIELDS = Object.keys(DOCUMENT.components.schemas.CallView.properties);

/** Figures that no list shows; they are up to date in lists when the call ends. */
const TURN_FIGURES = ["ai_turns", "caller_turns", "interruptions"];

/** The row of a list that shows a call: the fields of the details that lists have, except the figures of the turns. */
function rowOf(detail: CallDetail): CallView {
  return Object.fromEntries(
    Object.entries(detail).filter(([name]) => ROW_FIELDS.includes(name) && !TURN_FIGURES.includes(name)),
  ) as unknown as CallView;
}

/** The answers before and after each event. */
function* answers({ steps }: Fixture) {
  let detail = {} as CallDetail;
  let transcripts: Transcript[] = [];
  let history: History = { call_id: "CA1", version: 0, events: [] };
  for (const step of steps) {
    const before = { detail, transcripts, history };
    detail = { ...detail, ...step.detail };
    transcripts = step.transcripts ?? transcripts;
    history = applyToHistory(history, step.message) ?? history;
    yield { message: step.message, before, after: { detail, transcripts, history } };
  }
}

describe("what an event changes on the page is what the service answers after it", () => {
  it.each(fixtures)("%s", (_file, fixture) => {
    for (const { message, before, after } of answers(fixture)) {
      const name = `${fixture.about} ${message.version}. ${message.type}`;
      const isFirst = message.version === 1;
      const detail = isFirst ? null : applyToDetail(before.detail, message, after.history.events);
      if (detail) expect(detail, name).toEqual(after.detail);
      const transcripts = applyToTranscripts(before.transcripts, message);
      if (transcripts) expect(transcripts, name).toEqual(after.transcripts);
    }
  });
  it("has fixtures", () => expect(files.length).toBeGreaterThanOrEqual(11));
});

describe("an event that an answer may include already changes nothing when it is applied again", () => {
  it.each(fixtures)("%s", (_file, fixture) => {
    for (const { message, after } of answers(fixture)) {
      const name = `${fixture.about} ${message.version}. ${message.type}`;
      const detail = applyToDetail(after.detail, message, after.history.events);
      if (detail) expect(detail, name).toEqual(after.detail);
      const transcripts = applyToTranscripts(after.transcripts, message);
      if (transcripts) expect(transcripts, name).toEqual(after.transcripts);
      const version = Math.max(message.version, after.history.version);
      expect(applyToHistory({ ...after.history, version }, message), name).toEqual({
        ...after.history,
        version,
      });
    }
  });
});

describe("a row of a list", () => {
  it.each(fixtures)("shows what the service answers, unless the list is fetched: %s", (_file, fixture) => {
    for (const { message, before, after } of answers(fixture)) {
      if (message.version === 1 || staleAfter(message).includes("calls")) continue;
      const row = rowOf(before.detail);
      expect(applyToRow(row, message), `${fixture.about} ${message.version}. ${message.type}`).toEqual(
        rowOf(after.detail),
      );
    }
  });
  it("has no field that it did not have", () => {
    const [, fixture] = fixtures[0] as [string, Fixture];
    const message = fixture.steps[0]?.message as CallMessage;
    expect(applyToRow({ status: "ringing" }, { ...message, type: "AiTurn" } as CallMessage)).toEqual({
      status: "in_progress",
    });
  });
});
