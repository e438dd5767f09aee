import { ActionIcon, Box, Group, Text, Tooltip } from "@mantine/core";
import { IconPencilPlus, IconPlayerPlay } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { duration } from "../../../format/time";
import classes from "./bubbles.module.css";
import { speakerName } from "./transcripts";

interface Props {
  speaker: string;
  text: string | null | undefined;
  /** Offset in the recording, in seconds. */
  start?: number | null;
  /** The part of an interrupted turn that the caller heard. */
  heardText?: string | null;
  isInterrupted?: boolean;
  isActive?: boolean;
  /** Whether to scroll the active bubble into view. */
  follows?: boolean;
  /** Shown below the text, such as response time or recognition confidence. */
  note?: ReactNode;
  onPlay?: () => void;
  onCorrect?: () => void;
  children?: ReactNode;
}

/** One turn. The caller is on the left, the assistant and team members on the right. */
export function Bubble({
  speaker,
  text,
  start,
  heardText,
  isInterrupted,
  isActive,
  follows,
  note,
  onPlay,
  onCorrect,
  children,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive && follows) box.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [isActive, follows]);
  const side = speaker === "ai" ? classes.ours : speaker === "team_member" ? classes.person : "";
  return (
    <Box ref={box} className={`${classes.bubble} ${side} ${isActive ? classes.active : ""}`}>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <Text size="xs" fw={600}>
          {speakerName(speaker)}
          {start != null && (
            <Text span inherit fw={400} c="dimmed" className="figures">
              {" "}
              {duration(start)}
            </Text>
          )}
        </Text>
        <Group gap={2} wrap="nowrap" className={classes.tools}>
          {onPlay && (
            <Tooltip label="Play from here">
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                onClick={onPlay}
                aria-label="Play from here"
              >
                <IconPlayerPlay size={14} />
              </ActionIcon>
            </Tooltip>
          )}
          {onCorrect && (
            <Tooltip label="Correct this turn">
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                onClick={onCorrect}
                aria-label="Correct this turn"
              >
                <IconPencilPlus size={14} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      <Words text={text} heardText={heardText} isInterrupted={isInterrupted} />
      {note && (
        <Text size="xs" c="dimmed" component="div">
          {note}
        </Text>
      )}
      {children}
    </Box>
  );
}

function Words({ text, heardText, isInterrupted }: Pick<Props, "text" | "heardText" | "isInterrupted">) {
  if (text == null) {
    return (
      <Text fs="italic" c="dimmed">
        Erased
      </Text>
    );
  }
  if (!isInterrupted || heardText == null || !text.startsWith(heardText))
    return <Text className="breakable">{text}</Text>;
  return (
    <Text className="breakable">
      {heardText}
      <span className={classes.notHeard} title="Not heard: the caller interrupted">
        {text.slice(heardText.length)}
      </span>
    </Text>
  );
}
