import { Button, Text } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { LiveTurn } from "../../api/types";
import { speakerName } from "../call/transcript/transcripts";
import classes from "./live.module.css";

/** A scroll position this close to the end follows new turns, in pixels. */
const FOLLOW_THRESHOLD = 40;

interface Props {
  turns: readonly LiveTurn[];
  isOver: boolean;
  /** Why the transcript does not grow; null if it does. */
  notice: string | null;
}

/** The live transcript. Follows new turns unless the user has scrolled back. */
export function LiveTranscript({ turns, isOver, notice }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls on each new turn
  useEffect(() => {
    if (follows) toEnd();
  }, [turns, notice, follows]);

  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current as HTMLDivElement;
    setFollows(scrollHeight - scrollTop - clientHeight < FOLLOW_THRESHOLD);
  };
  return (
    <div style={{ position: "relative", marginTop: "auto" }}>
      <div
        ref={box}
        className={classes.transcript}
        onScroll={scrolled}
        role="log"
        // Several cards update at once, so screen readers do not announce them.
        aria-live="off"
        aria-label="Transcript"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be focusable
        tabIndex={0}
      >
        {turns.length === 0 && notice === null && (
          <Text size="sm" c="dimmed">
            {isOver ? "No transcript." : "Nothing said yet."}
          </Text>
        )}
        {turns.map((turn) => (
          <div
            key={`${turn.turn} ${turn.speaker}`}
            className={`${classes.turn} ${turn.speaker === "ai" ? classes.ai : ""}`}
          >
            <Text size="xs" fw={600}>
              {speakerName(turn.speaker)}
            </Text>
            <Text size="sm">{turn.text ?? "Erased"}</Text>
            {turn.heard_ms != null && (
              <Text size="xs" c="dimmed">
                Interrupted by the caller
              </Text>
            )}
          </div>
        ))}
        {notice !== null && (
          <Text size="sm" c="dimmed" role="note">
            {notice}
          </Text>
        )}
      </div>
      {!follows && (
        <Button
          size="compact-xs"
          leftSection={<IconArrowDown size={14} />}
          onClick={() => setFollows(true)}
          style={{ position: "absolute", bottom: 8, left: "50%", transform: "translateX(-50%)" }}
        >
          Jump to latest
        </Button>
      )}
    </div>
  );
}
