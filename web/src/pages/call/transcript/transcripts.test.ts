import { expect, it } from "vitest";
import type { Recording, Transcript } from "../../../api/types";
import { byPhase, speakerName } from "./transcripts";

const transcript = (phase: string, engine: string): Transcript => ({ phase, engine, segments: [] });

it("phases are in call order, with the live turns before later transcripts", () => {
  const phases = byPhase(
    [transcript("human", "whisper"), transcript("ai", "whisper"), transcript("ai", "turns")],
    [{ phase: "voicemail", recording: "RE1", state: "archived" } as Recording],
  );
  expect(phases.map(({ phase }) => phase)).toEqual(["ai", "human", "voicemail"]);
  expect(phases[0]?.transcripts.map(({ engine }) => engine)).toEqual(["turns", "whisper"]);
  expect(phases[2]?.recordings).toHaveLength(1);
});

it("speaker labels are product English", () => {
  expect(["ai", "team_member", "caller", "speaker_2"].map(speakerName)).toEqual([
    "Assistant",
    "Team member",
    "Caller",
    "Speaker 2",
  ]);
});
