import { Paper, ScrollArea, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { HistoryEvent } from "../../../api/types";
import { Bubble } from "../transcript/Bubble";

interface Props {
  events: readonly HistoryEvent[];
  version: number;
}

/** The conversation up to an event, as the events tell it. */
export function SaidSoFar({ events, version }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  const said = events.filter(
    (event) => event.version <= version && (event.type === "CallerTurn" || event.type === "AiTurn"),
  );
  // The last words are the ones that are looked at. Only the box moves, not the page under the reader's hand.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn moves the end
  useEffect(() => {
    // A block, since a browser's scrolling may answer with a promise, which is no effect's end.
    viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [said.length]);
  return (
    <Paper withBorder p="md" component="section" aria-label="Said so far">
      <Stack gap="sm">
        <Title order={2} size="h5">
          Said so far
        </Title>
        {said.length === 0 ? (
          <Text c="dimmed" size="sm">
            Nothing had been said yet.
          </Text>
        ) : (
          <ScrollArea.Autosize
            mah={420}
            viewportRef={viewport}
            viewportProps={{ tabIndex: 0, "aria-label": "Words" }}
          >
            <Stack gap="xs" p={4}>
              {said.map((event) => {
                const { text } = event.data as Record<string, unknown>;
                return (
                  <Bubble
                    key={event.version}
                    speaker={event.type === "AiTurn" ? "ai" : "caller"}
                    text={typeof text === "string" ? text : null}
                    isHeard={event.version === version}
                  />
                );
              })}
            </Stack>
          </ScrollArea.Autosize>
        )}
      </Stack>
    </Paper>
  );
}
