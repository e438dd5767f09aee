import { expect, it } from "vitest";
import type { Recording, Transcript } from "../../../api/types";
import { byPhase, speakerName } from "./transcripts";

const transcript = (phase: string, engine: string): Transcript => ({ phase, engine, segments: [] });

it("phases come in the order of a call, the spoken words before later transcripts", () => {
  const phases = byPhase(
    [transcript("human", "whisper"), transcript("ai", "whisper"), transcript("ai", "turns")],
    [{ phase: "voicemail", recording: "RE1", state: "archived" } as Recording],
  );
  expect(phases.map(({ phase }) => phase)).toEqual(["ai", "human", "voicemail"]);
  expect(phases[0]?.transcripts.map(({ engine }) => engine)).toEqual(["turns", "whisper"]);
  expect(phases[2]?.recordings).toHaveLength(1);
});

it("speakers have names for people", () => {
  expect(["ai", "caller", "speaker_2"].map(speakerName)).toEqual(["AI", "Caller", "Speaker 2"]);
});
