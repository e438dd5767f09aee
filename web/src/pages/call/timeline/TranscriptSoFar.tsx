import { Paper, ScrollArea, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef } from "react";
import { isUnreadable } from "../../../api/events";
import type { HistoryEvent } from "../../../api/types";
import { Bubble } from "../transcript/Bubble";

interface Props {
  events: readonly HistoryEvent[];
  version: number;
}

/** The conversation up to an event. */
export function TranscriptSoFar({ events, version }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  const turns = events.flatMap((event) => {
    if (event.version > version || isUnreadable(event)) return [];
    return event.type === "CallerTurn" || event.type === "AiTurn" ? event : [];
  });
  // Scrolls the box, not the page, to the last turn.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls on each new turn
  useEffect(() => {
    // A block body: scrollTo may return a promise, which is not a valid effect cleanup.
    viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [turns.length]);
  return (
    <Paper withBorder p="md" component="section" aria-label="Transcript so far">
      <Stack gap="sm">
        <Title order={2} size="h5">
          Transcript so far
        </Title>
        {turns.length === 0 ? (
          <Text c="dimmed" size="sm">
            Nothing said yet.
          </Text>
        ) : (
          <ScrollArea.Autosize
            mah={420}
            viewportRef={viewport}
            viewportProps={{ tabIndex: 0, "aria-label": "Transcript" }}
          >
            <Stack gap="xs" p={4}>
              {turns.map(({ type, data: { text }, version: number }) => (
                <Bubble
                  key={number}
                  speaker={type === "AiTurn" ? "ai" : "caller"}
                  text={typeof text === "string" ? text : null}
                  isActive={number === version}
                />
              ))}
            </Stack>
          </ScrollArea.Autosize>
        )}
      </Stack>
    </Paper>
  );
}
