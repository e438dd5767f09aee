import { Text, type TextProps } from "@mantine/core";
import { ago, clock, dayAndClock, exactClock, whole } from "../format/time";
import { useNow } from "./useNow";

interface Props extends TextProps {
  at: string | Date | null | undefined;
  /** How: `when` is the clock today and else the day too; `ago` moves with the time. */
  as?: "when" | "clock" | "exact" | "ago";
}

const HOW = { when: dayAndClock, clock, exact: exactClock, ago } as const;

/** A moment in the reader's zone; the whole of it, and UTC, on hover. */
export function Timestamp({ at, as = "when", ...text }: Props) {
  const now = useNow(as === "ago" ? 30_000 : null);
  if (!at) return null;
  const date = typeof at === "string" ? new Date(at) : at;
  const moment = (
    <time
      className="figures"
      dateTime={date.toISOString()}
      // Written when it is looked at: lists have a hundred of these.
      onPointerEnter={(event) => {
        event.currentTarget.title = whole(date);
      }}
    >
      {as === "ago" ? ago(date, now) : HOW[as](date)}
    </time>
  );
  if (Object.keys(text).length === 0) return moment;
  return (
    <Text span inherit {...text}>
      {moment}
    </Text>
  );
}
