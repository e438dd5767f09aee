import { Anchor, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { LineState } from "./TextLine";
import classes from "./telephone.module.css";
import type { ConversationLine, TextCall } from "./textCall";

interface Props {
  line: LineState;
  /** Display name of the remote party. */
  other: string;
  height: number;
  /** Sends the queued words immediately, if the remote party can be interrupted. */
  onInterrupt?: () => void;
}

/** The conversation so far; scrolls to the latest line. */
export function TalkLog({ line: { call, queued }, other, height, onInterrupt }: Props) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when a line is added
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [call.lines.length, queued.length]);
  return (
    <div
      ref={box}
      className={classes.log}
      style={{ height }}
      role="log"
      aria-label="Conversation"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
      tabIndex={0}
    >
      {call.lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {call.stage === "ended" ? "Nothing was said." : "Nothing said yet."}
        </Text>
      )}
      {call.lines.map((line) => (
        <Line key={line.id} line={line} other={other} />
      ))}
      {queued.map((words, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: queued words have no identifier other than their index
        <div key={n} className={`${classes.line} ${classes.me} ${classes.queued}`}>
          <Text size="sm">{words}</Text>
          <Text size="xs" c="dimmed">
            Sent when {other} is listening
            {onInterrupt && n === queued.length - 1 && (
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

function Line({ line: { who, text, isCut }, other }: { line: ConversationLine; other: string }) {
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
        {who === "me" ? "You" : who === "network" ? "Network" : other}
      </Text>
      <Text size="sm">{text}</Text>
      {isCut && (
        <Text size="xs" c="dimmed">
          Interrupted by you
        </Text>
      )}
    </div>
  );
}

/** Label for whose turn it is. */
export function turnLabel(call: TextCall, other: string): string {
  switch (call.turn) {
    case "local":
      return "Your turn";
    case "remote":
      return `${other} is speaking…`;
    case "both":
      return "Connected";
    case "none":
      return call.lines.length === 0 ? "Connected" : `${other} is thinking…`;
  }
}
