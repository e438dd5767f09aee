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

/** The local time, whether the agent is open now, and the next change in the reader's own time zone. */
export function HoursPreview({ hours, now }: Props) {
  const local = new Intl.DateTimeFormat(undefined, {
    timeZone: hours.time_zone,
    weekday: "long",
    hour: "numeric",
    minute: "2-digit",
  }).format(now);
  const isOpen = isOpenAt(hours, now);
  const change = nextChange(hours, now);
  const own = ownZone();
  const isOtherZone = utcOffset(own, now) !== utcOffset(hours.time_zone, now);
  return (
    <Alert color={isOpen ? "teal" : "gray"} icon={<IconClock />} p="xs">
      <Text size="sm" c="var(--mantine-color-text)">
        Local time: {local} ({isOpen ? "open" : "closed"}).{" "}
        {change
          ? `${isOpen ? "Closes" : "Opens"} ${dayAndClock(change, now)}${isOtherZone ? ` your time (${own.replaceAll("_", " ")})` : ""}.`
          : isOpen
            ? "Never closes."
            : "Never opens."}
      </Text>
    </Alert>
  );
}
