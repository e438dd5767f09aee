import type { CallDetail, Transcript } from "../../../api/types";

/** The conversation as it went, turn by turn; any other engine listened to the recording afterwards. */
export const TURNS = "turns";

const ORDER = ["ai", "human", "voicemail"];

/** A phase of the call with what there is of it. */
export interface PhaseOfCall {
  phase: string;
  /** By engine; the conversation as it went is the first. */
  transcripts: Transcript[];
  recordings: CallDetail["recordings"];
}

/** The call by phases, in the order in which calls go through them. */
export function byPhase(
  transcripts: readonly Transcript[],
  recordings: CallDetail["recordings"],
): PhaseOfCall[] {
  const phases = [...new Set([...transcripts, ...recordings].map(({ phase }) => phase))];
  const rank = (phase: string) => (ORDER.includes(phase) ? ORDER.indexOf(phase) : ORDER.length);
  return phases
    .sort((a, b) => rank(a) - rank(b))
    .map((phase) => ({
      phase,
      transcripts: transcripts
        .filter((transcript) => transcript.phase === phase)
        .sort((a, b) => Number(b.engine === TURNS) - Number(a.engine === TURNS)),
      recordings: recordings.filter((recording) => recording.phase === phase),
    }));
}

/** Who speaks, for people. */
export function speakerName(speaker: string): string {
  if (speaker === "ai") return "AI";
  const numbered = /^speaker_(\d+)$/.exec(speaker);
  if (numbered) return `Speaker ${numbered[1]}`;
  return speaker.charAt(0).toUpperCase() + speaker.slice(1);
}

/** What made a transcript, for people. */
export function engineName(engine: string): string {
  if (engine === TURNS) return "As it was spoken";
  if (engine === "conversation") return "From the conversation";
  return `Transcribed by ${engine}`;
}
