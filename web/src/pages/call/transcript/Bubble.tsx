import { ActionIcon, Box, Group, Text, Tooltip } from "@mantine/core";
import { IconPencilPlus, IconPlayerPlay } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { duration } from "../../../format/time";
import classes from "./bubbles.module.css";
import { speakerName } from "./transcripts";

interface Props {
  speaker: string;
  text: string | null | undefined;
  /** Seconds from the beginning of the recording. */
  start?: number | null;
  /** Of a turn that was cut: the words that were heard. */
  heardText?: string | null;
  isCut?: boolean;
  isHeard?: boolean;
  /** Whether the page moves along with what is heard. */
  follows?: boolean;
  /** Small print below: how long the AI took, how sure the recogniser was. */
  note?: ReactNode;
  onPlay?: () => void;
  onCorrect?: () => void;
  children?: ReactNode;
}

/** Something that was said. The caller is on the left, our side on the right. */
export function Bubble({
  speaker,
  text,
  start,
  heardText,
  isCut,
  isHeard,
  follows,
  note,
  onPlay,
  onCorrect,
  children,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isHeard && follows) box.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [isHeard, follows]);
  const side = speaker === "ai" ? classes.ours : speaker === "agent" ? classes.person : "";
  return (
    <Box ref={box} className={`${classes.bubble} ${side} ${isHeard ? classes.heard : ""}`}>
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
            <Tooltip label="Say what should have been said">
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
      <Words text={text} heardText={heardText} isCut={isCut} />
      {note && (
        <Text size="xs" c="dimmed" component="div">
          {note}
        </Text>
      )}
      {children}
    </Box>
  );
}

function Words({ text, heardText, isCut }: Pick<Props, "text" | "heardText" | "isCut">) {
  if (text == null) {
    return (
      <Text fs="italic" c="dimmed">
        These words were erased.
      </Text>
    );
  }
  if (!isCut || heardText == null || !text.startsWith(heardText))
    return <Text className="breakable">{text}</Text>;
  return (
    <Text className="breakable">
      {heardText}
      <span className={classes.unheard} title="The caller cut in: this was not heard">
        {text.slice(heardText.length)}
      </span>
    </Text>
  );
}
