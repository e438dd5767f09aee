import type { LiveCall } from "./liveCall";

/**
 * Why the live transcript of a call does not grow, and where the words will be; null while the assistant has the call.
 * Only the turns of the assistant's conversation are transcribed during a call; everything else from its recording.
 */
export function transcriptNotice(
  call: Pick<LiveCall, "holder" | "taken_over_by" | "endedAt" | "isVoicemail">,
): string | null {
  if (call.endedAt !== null) {
    return call.taken_over_by !== null
      ? "The words after the takeover are transcribed from the recording, and appear on the page of the call."
      : null;
  }
  if (call.holder === "team_member") {
    return "Words are not transcribed while a team member speaks. After the call, the transcript of the recording appears on the page of the call.";
  }
  if (call.holder === "hold") return "Nothing is transcribed until the caller is taken off hold.";
  if (call.isVoicemail || call.holder === "voicemail") {
    return "The caller leaves a message. Its transcript appears on the page of the call.";
  }
  return null;
}
