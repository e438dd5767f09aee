import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef } from "react";
import { isUnreadable } from "../../../api/events";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import type { CallRecord } from "../../../feed/messages";
import { milliseconds } from "../../../format/time";
import { describe, title } from "../../call/timeline/describe";
import classes from "./tryout.module.css";

/** The call's events, live. */
export function Events({ events }: { events: readonly CallRecord[] }) {
  const nameOf = useUserName();
  const box = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls on each new event
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [events.length]);
  return (
    <Paper withBorder p="md" component="section" aria-label="Events of the call">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h4">
            Events
          </Title>
          <Text size="sm" c="dimmed" className="figures">
            {events.length === 0 ? "" : `${events.length} recorded`}
          </Text>
        </Group>
        {events.length === 0 ? (
          <Text size="sm" c="dimmed">
            Everything that happens during the call is recorded as an event and appears here live.
          </Text>
        ) : (
          <ol
            ref={box}
            className={classes.events}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be focusable
            tabIndex={0}
            aria-label="Events"
          >
            {events.map((event) => (
              <Row key={event.position} event={event} events={events} nameOf={nameOf} />
            ))}
          </ol>
        )}
      </Stack>
    </Paper>
  );
}

interface RowProps {
  event: CallRecord;
  events: readonly CallRecord[];
  nameOf: (userId: string) => string;
}

function Row({ event, events, nameOf }: RowProps) {
  const latency = !isUnreadable(event) && event.type === "AiTurn" ? event.data.latency_ms : null;
  const text = describe(event, nameOf);
  return (
    <li className={classes.event}>
      <Group gap={8} justify="space-between" wrap="nowrap" align="baseline">
        <Text size="sm" fw={600}>
          {title(event, events)}
        </Text>
        <Text size="xs" c="dimmed" className={classes.when}>
          {typeof latency === "number" && latency > 0 && `answered in ${milliseconds(latency)} · `}
          <Timestamp at={event.at} as="exact" />
        </Text>
      </Group>
      {text && (
        <Text size="sm" c="dimmed" className="breakable">
          {text}
        </Text>
      )}
    </li>
  );
}
