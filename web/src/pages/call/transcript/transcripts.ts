import type { CallDetail, Transcript } from "../../../api/types";

/** The engine of the live transcript; every other engine transcribes the recording after the call. */
export const TURNS_ENGINE = "turns";

const PHASE_ORDER = ["ai", "human", "voicemail"];

export interface PhaseOfCall {
  phase: string;
  /** One per engine; the live transcript first. */
  transcripts: Transcript[];
  recordings: CallDetail["recordings"];
}

/** Groups transcripts and recordings by phase, in call order. */
export function byPhase(
  transcripts: readonly Transcript[],
  recordings: CallDetail["recordings"],
): PhaseOfCall[] {
  const phases = [...new Set([...transcripts, ...recordings].map(({ phase }) => phase))];
  const rank = (phase: string) =>
    PHASE_ORDER.includes(phase) ? PHASE_ORDER.indexOf(phase) : PHASE_ORDER.length;
  return phases
    .sort((a, b) => rank(a) - rank(b))
    .map((phase) => ({
      phase,
      transcripts: transcripts
        .filter((transcript) => transcript.phase === phase)
        .sort((a, b) => Number(b.engine === TURNS_ENGINE) - Number(a.engine === TURNS_ENGINE)),
      recordings: recordings.filter((recording) => recording.phase === phase),
    }));
}

/** The display name of a speaker. */
export function speakerName(speaker: string): string {
  if (speaker === "ai") return "Assistant";
  if (speaker === "team_member") return "Team member";
  const numbered = /^speaker_(\d+)$/.exec(speaker);
  if (numbered) return `Speaker ${numbered[1]}`;
  return speaker.charAt(0).toUpperCase() + speaker.slice(1);
}

/** The display name of a transcription engine. */
export function engineName(engine: string): string {
  if (engine === TURNS_ENGINE) return "Live transcript";
  if (engine === "conversation") return "From the conversation";
  return `Transcribed by ${engine}`;
}
