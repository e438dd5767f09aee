import type { CallEventData, PersonalText, Segment, Transcript } from "../api/types";

/** The transcript of the conversation itself, by the rules of `projections/src/call_log/fold.rs`. */
const TURNS = { phase: "ai", engine: "turns" } as const;

export function withCallerTurn(
  transcripts: readonly Transcript[],
  data: CallEventData<"CallerTurn">,
): Transcript[] {
  return withSegment(transcripts, data.turn, "caller", (before) => {
    const text = plain(data.text);
    if (before && !isLess(text, before.text ?? null)) return before;
    return {
      ...blank(data.turn, "caller"),
      text,
      confidence: data.confidence ?? null,
      started_at: data.started_at ?? null,
      ended_at: data.ended_at ?? null,
    };
  });
}

export function withAiTurn(transcripts: readonly Transcript[], data: CallEventData<"AiTurn">): Transcript[] {
  return withSegment(transcripts, data.turn, "ai", (before) => {
    const text = plain(data.text);
    // An interruption may be received before its turn, which then has no persona.
    if (before?.persona_version != null && !isLess(text, before.text ?? null)) return before;
    return {
      ...blank(data.turn, "ai"),
      text,
      persona_version: data.persona_version,
      model: data.model ?? null,
      latency_ms: data.latency_ms ?? null,
      heard_ms: before?.heard_ms ?? null,
      heard_text: before?.heard_text ?? null,
    };
  });
}

export function withInterruption(
  transcripts: readonly Transcript[],
  data: CallEventData<"AiTurnInterrupted">,
): Transcript[] {
  return withSegment(transcripts, data.turn, "ai", (before = blank(data.turn, "ai")) => {
    if (before.heard_ms != null && before.heard_ms >= data.heard_ms) return before;
    return { ...before, heard_ms: data.heard_ms, heard_text: plain(data.heard_text) };
  });
}

/** The notices before the first turn, in the order of the service: that an AI is speaking, then that the call is recorded. */
export function withNotice(
  transcripts: readonly Transcript[],
  text: string,
  place: "first" | "last",
): Transcript[] {
  return withSegment(transcripts, 0, "ai", (before = blank(0, "ai")) => {
    if (before.text?.includes(text)) return before;
    const texts = place === "first" ? [text, before.text] : [before.text, text];
    return { ...before, text: texts.filter(Boolean).join(" ") };
  });
}

function withSegment(
  transcripts: readonly Transcript[],
  turn: number,
  speaker: "caller" | "ai",
  change: (before: Segment | undefined) => Segment,
): Transcript[] {
  const isTurns = ({ phase, engine }: Transcript) => phase === TURNS.phase && engine === TURNS.engine;
  const segments = transcripts.find(isTurns)?.segments ?? [];
  const isSame = (segment: Segment) => segment.n === turn && segment.speaker === speaker;
  const changed = change(segments.find(isSame));
  const all = [...segments.filter((segment) => !isSame(segment)), changed];
  all.sort((a, b) => a.n - b.n || (a.speaker < b.speaker ? -1 : 1));
  const others = transcripts.filter((transcript) => !isTurns(transcript));
  const key = ({ phase, engine }: Transcript) => `${phase} ${engine}`;
  return [...others, { ...TURNS, segments: all }].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function blank(turn: number, speaker: "caller" | "ai"): Segment {
  return {
    n: turn,
    speaker,
    text: null,
    sentiment: null,
    start_ms: null,
    end_ms: null,
    confidence: null,
    persona_version: null,
    model: null,
    latency_ms: null,
    heard_ms: null,
    heard_text: null,
    started_at: null,
    ended_at: null,
  };
}

/** Of two texts of one turn, the service shows the lesser one. An erased text is less than any other. */
function isLess(text: string | null, than: string | null): boolean {
  return than !== null && (text === null || text < than);
}

function plain(text: PersonalText): string | null {
  return typeof text === "string" ? text : null;
}
