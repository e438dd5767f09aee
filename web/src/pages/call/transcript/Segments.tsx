import { Alert, Stack } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import type { Correction, Segment, Transcript } from "../../../api/types";
import { useUserName } from "../../../components/useUsers";
import { share } from "../../../format/numbers";
import { milliseconds } from "../../../format/time";
import { useActiveSegment, useAudio, useCanPlay } from "../audio/AudioProvider";
import { segmentStart } from "../audio/offsets";
import { Bubble } from "./Bubble";
import { TURNS_ENGINE } from "./transcripts";

interface Props {
  transcript: Transcript;
  turnOffsets: ReadonlyMap<string, number>;
  corrections: readonly Correction[];
  onCorrect?: (turn: number) => void;
}

/** A transcript as bubbles; highlights the segment that is playing. */
export function Segments({
  transcript: { phase, engine, segments },
  turnOffsets,
  corrections,
  onCorrect,
}: Props) {
  const audio = useAudio();
  const canPlay = useCanPlay(phase);
  const nameOf = useUserName();
  const isTurns = engine === TURNS_ENGINE;
  const starts = segments.map((segment) => segmentStart(segment, turnOffsets, isTurns));
  const active = useActiveSegment(phase, starts);
  return (
    <Stack gap="xs" align="flex-start" component="ol" m={0} p={0} style={{ listStyle: "none" }}>
      {segments.map((segment, index) => {
        const start = starts[index] ?? null;
        return (
          <Stack component="li" key={`${segment.n} ${segment.speaker}`} gap={0} w="100%" align="flex-start">
            <Bubble
              speaker={segment.speaker}
              text={segment.text}
              start={start}
              isInterrupted={segment.heard_ms != null}
              heardText={segment.heard_text}
              isActive={active === index}
              follows
              note={noteOf(segment)}
              onPlay={canPlay && start !== null ? () => audio.play(phase, start) : undefined}
              // The notices before the first turn are fixed.
              onCorrect={isTurns && onCorrect && segment.n > 0 ? () => onCorrect(segment.n) : undefined}
            >
              {isTurns &&
                corrections
                  .filter((correction) => correction.turn === segment.n && !correction.withdrawn)
                  .map((correction) => (
                    <Alert
                      key={correction.correction}
                      color="orange"
                      p="xs"
                      mt={6}
                      icon={<IconPencil size={16} />}
                    >
                      {correction.note ?? "Erased"} — {nameOf(correction.noted_by)}
                    </Alert>
                  ))}
            </Bubble>
          </Stack>
        );
      })}
    </Stack>
  );
}

/** Response time, recognition confidence, sentiment and interruption of a segment. */
function noteOf(segment: Segment): string | null {
  const notes = [
    segment.latency_ms != null && `responded in ${milliseconds(segment.latency_ms)}`,
    segment.confidence != null &&
      segment.confidence < 0.8 &&
      `recognition confidence ${share(segment.confidence)}`,
    segment.sentiment && segment.sentiment !== "neutral" && `${segment.sentiment} sentiment`,
    segment.heard_ms != null && `interrupted after ${milliseconds(segment.heard_ms)}`,
  ].filter((note) => typeof note === "string");
  return notes.length > 0 ? notes.join(" · ") : null;
}
