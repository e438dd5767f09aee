import { Text, type TextProps } from "@mantine/core";
import { ago, clock, dayAndClock, exactClock, fullTimestamp } from "../format/time";
import { useNow } from "./useNow";

interface Props extends TextProps {
  at: string | Date | null | undefined;
  /** `when` shows the date too unless it is today; `ago` updates every 30 seconds. */
  as?: "when" | "clock" | "exact" | "ago";
}

const FORMATS = { when: dayAndClock, clock, exact: exactClock, ago } as const;

/** A time in the user's time zone; the tooltip has the full date, and UTC. */
export function Timestamp({ at, as = "when", ...text }: Props) {
  const now = useNow(as === "ago" ? 30_000 : null);
  if (!at) return null;
  const date = typeof at === "string" ? new Date(at) : at;
  const time = (
    <time
      className="figures"
      dateTime={date.toISOString()}
      // Formatted only on hover: a list renders a hundred of these.
      onPointerEnter={(event) => {
        event.currentTarget.title = fullTimestamp(date);
      }}
    >
      {as === "ago" ? ago(date, now) : FORMATS[as](date)}
    </time>
  );
  if (Object.keys(text).length === 0) return time;
  return (
    <Text span inherit {...text}>
      {time}
    </Text>
  );
}
