import { Alert, Stack } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import type { Correction, Segment, Transcript } from "../../../api/types";
import { usePeople } from "../../../components/usePeople";
import { share } from "../../../format/numbers";
import { milliseconds } from "../../../format/time";
import { segmentStart } from "../sound/offsets";
import { useCanPlay, useHeard, useSound } from "../sound/SoundProvider";
import { Bubble } from "./Bubble";
import { TURNS } from "./transcripts";

interface Props {
  transcript: Transcript;
  turnOffsets: ReadonlyMap<string, number>;
  corrections: readonly Correction[];
  onCorrect?: (turn: number) => void;
}

/** The words of a phase as bubbles, moving with its sound. */
export function Segments({
  transcript: { phase, engine, segments },
  turnOffsets,
  corrections,
  onCorrect,
}: Props) {
  const sound = useSound();
  const canPlay = useCanPlay(phase);
  const nameOf = usePeople();
  const isTurns = engine === TURNS;
  const starts = segments.map((segment) => segmentStart(segment, turnOffsets, isTurns));
  const heard = useHeard(phase, starts);
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
              isCut={segment.heard_ms != null}
              heardText={segment.heard_text}
              isHeard={heard === index}
              follows
              note={noteOf(segment)}
              onPlay={canPlay && start !== null ? () => sound.play(phase, start) : undefined}
              onCorrect={isTurns && onCorrect ? () => onCorrect(segment.n) : undefined}
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

/** What a reviewer may want to know of how it came to these words. */
function noteOf(segment: Segment): string | null {
  const notes = [
    segment.latency_ms != null && `answered after ${milliseconds(segment.latency_ms)}`,
    segment.confidence != null &&
      segment.confidence < 0.8 &&
      `understood with ${share(segment.confidence)} certainty`,
    segment.sentiment && segment.sentiment !== "neutral" && `${segment.sentiment} mood`,
    segment.heard_ms != null && `cut short after ${milliseconds(segment.heard_ms)}`,
  ].filter((note) => typeof note === "string");
  return notes.length > 0 ? notes.join(" · ") : null;
}
