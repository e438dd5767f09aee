import "@mantine/charts/styles.css";
import { BarChart, LineChart } from "@mantine/charts";
import { Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { duration, milliseconds } from "../../format/time";
import type { Part } from "./series";

interface Props {
  parts: readonly Part[];
  /** Opens the calls of a bucket. */
  onOpen: (part: Part) => void;
}

const CALLS = [
  { name: "inbound", label: "Inbound", color: "indigo.6" },
  { name: "outbound", label: "Outbound", color: "teal.6" },
];

const OUTCOMES = [
  { name: "completed", label: "Completed", color: "teal.6" },
  { name: "voicemail", label: "Voicemail", color: "grape.6" },
  { name: "no_answer", label: "No answer", color: "yellow.6" },
  { name: "busy", label: "Busy", color: "orange.6" },
  { name: "canceled", label: "Canceled", color: "gray.6" },
  { name: "failed", label: "Failed", color: "red.6" },
];

/** Charts of the period. */
export function Plots({ parts, onOpen }: Props) {
  const bars = {
    h: 220,
    dataKey: "label",
    type: "stacked" as const,
    withLegend: true,
    maxBarWidth: 42,
    tickLine: "none" as const,
    yAxisProps: { allowDecimals: false, width: 36 },
    barProps: {
      cursor: "pointer",
      isAnimationActive: false,
      onClick: (_: unknown, index: number) => {
        const part = parts[index];
        if (part) onOpen(part);
      },
    },
  };
  const lines = {
    h: 220,
    dataKey: "label",
    withLegend: true,
    curveType: "monotone" as const,
    tickLine: "none" as const,
    connectNulls: true,
    lineProps: { isAnimationActive: false },
  };
  const rows = parts.map(({ label, figures }) => ({
    label,
    inbound: figures?.inbound ?? 0,
    outbound: figures?.outbound ?? 0,
    voicemail: figures?.voicemail ?? 0,
    // Voicemail calls are completed, too; subtracted so that they count once.
    completed: Math.max(0, (figures?.completed ?? 0) - (figures?.voicemail ?? 0)),
    no_answer: figures?.no_answer ?? 0,
    busy: figures?.busy ?? 0,
    canceled: figures?.canceled ?? 0,
    failed: figures?.failed ?? 0,
    talk: figures?.talk_avg_s ?? null,
    answer: figures?.answer_avg_ms == null ? null : figures.answer_avg_ms / 1_000,
    latency: figures?.latency_avg_ms ?? null,
  }));
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Plot title="Calls" hint="Click a bar to see its calls">
        <BarChart {...bars} data={rows} series={CALLS} />
      </Plot>
      <Plot title="Outcomes" hint="Click a bar to see its calls">
        <BarChart {...bars} data={rows} series={OUTCOMES} />
      </Plot>
      <Plot title="Answer time and talk time" hint="Averages">
        <LineChart
          {...lines}
          data={rows}
          series={[
            { name: "talk", label: "Talk time", color: "indigo.6" },
            { name: "answer", label: "Answer time", color: "orange.6" },
          ]}
          valueFormatter={duration}
          yAxisProps={{ width: 48 }}
        />
      </Plot>
      <Plot
        title="Assistant response time"
        hint="Average time from the end of the caller’s speech to the start of the answer"
      >
        <LineChart
          {...lines}
          data={rows}
          series={[{ name: "latency", label: "Response time", color: "grape.6" }]}
          valueFormatter={milliseconds}
          yAxisProps={{ width: 64 }}
        />
      </Plot>
    </SimpleGrid>
  );
}

function Plot({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text size="xs" c="dimmed">
            {hint}
          </Text>
        </div>
        {children}
      </Stack>
    </Paper>
  );
}
