import "@mantine/charts/styles.css";
import { CompositeChart } from "@mantine/charts";
import { Paper, Title } from "@mantine/core";
import { count, share } from "../../format/numbers";
import { type GradeCounts, shareOf } from "./shares";

interface Props {
  days: readonly (GradeCounts & { day: string })[];
  /** The zone of the days. */
  timeZone: string;
}

/** The daily share of good grades, with the number of grades. */
export function SharePlot({ days, timeZone }: Props) {
  const rows = days.map(({ day, ...counts }) => ({
    day: new Date(day).toLocaleDateString(undefined, { month: "short", day: "numeric", timeZone }),
    good: counts.good,
    bad: counts.needsImprovement,
    share: shareOf(counts),
  }));
  return (
    <Paper withBorder p="md" component="section" aria-label="Share of good calls">
      <Title order={2} size="h4" mb="sm">
        Share of good calls
      </Title>
      <CompositeChart
        h={260}
        data={rows}
        dataKey="day"
        withLegend
        tickLine="none"
        withRightYAxis
        maxBarWidth={32}
        yAxisProps={{ allowDecimals: false, width: 36 }}
        rightYAxisProps={{ domain: [0, 1], tickFormatter: share, width: 48 }}
        lineProps={{ isAnimationActive: false }}
        barProps={{ isAnimationActive: false }}
        valueFormatter={(value) => (Number.isInteger(value) ? count(value) : share(value))}
        series={[
          { name: "good", label: "Good", type: "bar", color: "teal.6" },
          { name: "bad", label: "Needs improvement", type: "bar", color: "orange.6" },
          { name: "share", label: "Share of good calls", type: "line", color: "indigo.6", yAxisId: "right" },
        ]}
      />
    </Paper>
  );
}
