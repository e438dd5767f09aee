import { Button, Text } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { LiveTurn } from "../../api/types";
import { speakerName } from "../call/transcript/transcripts";
import classes from "./live.module.css";

/** So near to the end counts as being at it, in pixels. */
const AT_END = 40;

interface Props {
  turns: readonly LiveTurn[];
  isOver: boolean;
}

/** What is said, as it is understood. It follows the talk, unless the reader has scrolled back. */
export function LiveTranscript({ turns, isOver }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn moves the end
  useEffect(() => {
    if (follows) toEnd();
  }, [turns, follows]);

  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current as HTMLDivElement;
    setFollows(scrollHeight - scrollTop - clientHeight < AT_END);
  };
  return (
    <div style={{ position: "relative", marginTop: "auto" }}>
      <div
        ref={box}
        className={classes.transcript}
        onScroll={scrolled}
        role="log"
        // Many calls speak at once: who wants to hear one goes there.
        aria-live="off"
        aria-label="Transcript"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
      >
        {turns.length === 0 && (
          <Text size="sm" c="dimmed">
            {isOver ? "Nothing was said." : "Nothing has been said yet."}
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
            <Text size="sm">{turn.text ?? "These words were erased."}</Text>
            {turn.heard_ms != null && (
              <Text size="xs" c="dimmed">
                The caller cut in
              </Text>
            )}
          </div>
        ))}
      </div>
      {!follows && (
        <Button
          size="compact-xs"
          leftSection={<IconArrowDown size={14} />}
          onClick={() => setFollows(true)}
          style={{ position: "absolute", bottom: 8, left: "50%", transform: "translateX(-50%)" }}
        >
          To the latest
        </Button>
      )}
    </div>
  );
}
