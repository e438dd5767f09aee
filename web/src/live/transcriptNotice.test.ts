import { expect, it } from "vitest";
import { transcriptNotice } from "./transcriptNotice";

const call = { holder: "ai", taken_over_by: null, endedAt: null, isVoicemail: false };
const takenOver = { ...call, holder: "team_member", taken_over_by: "user_1" };

it("the assistant's conversation is transcribed live and has no notice", () => {
  expect(transcriptNotice(call)).toBeNull();
  expect(transcriptNotice({ ...call, holder: "none" })).toBeNull();
  expect(transcriptNotice({ ...call, endedAt: "2026-03-27T09:00:00Z" })).toBeNull();
});

it("after a takeover the notice says that words are not transcribed and where they appear", () => {
  const notice = transcriptNotice(takenOver);
  expect(notice).toContain("not transcribed while a team member speaks");
  expect(notice).toContain("After the call");
});

it("a call on hold and a voicemail say why no words appear", () => {
  expect(transcriptNotice({ ...takenOver, holder: "hold" })).toContain("off hold");
  expect(transcriptNotice({ ...call, holder: "voicemail", isVoicemail: true })).toContain("message");
});

it("an ended call that was taken over says where the words after the takeover are", () => {
  const ended = { ...takenOver, holder: "none", endedAt: "2026-03-27T09:00:00Z" };
  expect(transcriptNotice(ended)).toContain("from the recording");
});
