import { Alert, Text } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import type { Hours } from "../../api/types";
import { dayAndClock } from "../../format/time";
import { isOpenAt, nextChange } from "./hours";
import { ownZone, utcOffset } from "./zones";

interface Props {
  hours: Hours;
  now: Date;
}

/** What the hours mean now: the time there, whether it is open, and the next change in the reader's own time. */
export function HoursPreview({ hours, now }: Props) {
  const there = new Intl.DateTimeFormat(undefined, {
    timeZone: hours.time_zone,
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).format(now);
  const isOpen = isOpenAt(hours, now);
  const change = nextChange(hours, now);
  const own = ownZone();
  const isElsewhere = utcOffset(own, now) !== utcOffset(hours.time_zone, now);
  return (
    <Alert color={isOpen ? "teal" : "gray"} icon={<IconClock />} p="xs">
      <Text size="sm" c="var(--mantine-color-text)">
        There it is {there}: {isOpen ? "open" : "closed"}.{" "}
        {change
          ? `${isOpen ? "Closes" : "Opens"} ${dayAndClock(change, now)}${isElsewhere ? ` your time (${own.replaceAll("_", " ")})` : ""}.`
          : isOpen
            ? "Never closes."
            : "Never opens."}
      </Text>
    </Alert>
  );
}
