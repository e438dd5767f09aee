import { Anchor, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { LineState } from "./TextLine";
import classes from "./telephone.module.css";
import type { Spoken, TextCall } from "./textCall";

interface Props {
  line: LineState;
  /** What the other side is called. */
  other: string;
  height: number;
  /** Says at once what waits, where that is possible. */
  onInterrupt?: () => void;
}

/** The conversation so far; it follows the talk. */
export function TalkLog({ line: { call, waiting }, other, height, onInterrupt }: Props) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each line moves the end
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [call.spoken.length, waiting.length]);
  return (
    <div
      ref={box}
      className={classes.log}
      style={{ height }}
      role="log"
      aria-label="Conversation"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
      tabIndex={0}
    >
      {call.spoken.length === 0 && (
        <Text size="sm" c="dimmed">
          {call.stage === "ended" ? "Nothing was said." : "Nothing has been said yet."}
        </Text>
      )}
      {call.spoken.map((line) => (
        <Line key={line.id} line={line} other={other} />
      ))}
      {waiting.map((words, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what waits is a queue, and a place in it is all that it has
        <div key={n} className={`${classes.line} ${classes.me} ${classes.waiting}`}>
          <Text size="sm">{words}</Text>
          <Text size="xs" c="dimmed">
            Said as soon as {other} listens
            {onInterrupt && n === waiting.length - 1 && (
              <>
                .{" "}
                <Anchor component="button" type="button" inherit onClick={onInterrupt}>
                  Interrupt
                </Anchor>
              </>
            )}
          </Text>
        </div>
      ))}
    </div>
  );
}

function Line({ line: { who, text, isCut }, other }: { line: Spoken; other: string }) {
  if (who === "note") {
    return (
      <Text size="xs" c="dimmed" className={classes.note}>
        {text}
      </Text>
    );
  }
  const side = who === "me" ? classes.me : who === "person" ? classes.person : "";
  return (
    <div className={`${classes.line} ${side}`}>
      <Text size="xs" fw={600}>
        {who === "me" ? "You" : who === "network" ? "The network" : other}
      </Text>
      <Text size="sm">{text}</Text>
      {isCut && (
        <Text size="xs" c="dimmed">
          You cut in
        </Text>
      )}
    </div>
  );
}

/** Whose turn it is, for people. */
export function turnLabel(call: TextCall, other: string): string {
  switch (call.turn) {
    case "ours":
      return "Your turn";
    case "theirs":
      return `${other} speaks…`;
    case "free":
      return "In the call";
    case "nobodys":
      return call.spoken.length === 0 ? "Connected" : `${other} thinks…`;
  }
}
