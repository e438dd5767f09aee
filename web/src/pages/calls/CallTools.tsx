import { Grid, Select, Skeleton } from "@mantine/core";
import { lazy, memo, Suspense } from "react";
import { AgentSelect } from "../../components/AgentSelect";
import { SearchInput } from "../../components/SearchInput";
import type { CallsSearch } from "./search";

// Loaded separately, so that the call list does not wait for the calendar code.
const DateRange = lazy(async () => ({ default: (await import("./DateRange")).DateRange }));

const GRADES = [
  { value: "good", label: "Good" },
  { value: "needs_improvement", label: "Needs improvement" },
];

interface Props extends Pick<CallsSearch, "q" | "from" | "to" | "agent" | "grade"> {
  /** Must be a stable function; the component is memoized. */
  onNarrow: (change: CallsSearch) => void;
}

/** Search, date range, agent and grade. */
export const CallTools = memo(function CallTools({ q, from, to, agent, grade, onNarrow }: Props) {
  return (
    <Grid gap="sm">
      <Grid.Col span={{ base: 12, md: 4 }}>
        <SearchInput
          label="Search calls"
          placeholder="Name, number or transcript"
          value={q ?? ""}
          onChange={(words) => onNarrow({ q: words.trim() || undefined })}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, xs: 6, md: 4 }}>
        <Suspense fallback={<Skeleton h={36} />}>
          <DateRange from={from} to={to} onChange={(first, last) => onNarrow({ from: first, to: last })} />
        </Suspense>
      </Grid.Col>
      <Grid.Col span={{ base: 6, xs: 3, md: 2 }}>
        <AgentSelect value={agent} onChange={(chosen) => onNarrow({ agent: chosen })} />
      </Grid.Col>
      <Grid.Col span={{ base: 6, xs: 3, md: 2 }}>
        <Select
          aria-label="Grade"
          placeholder="Any grade"
          data={GRADES}
          value={grade ?? null}
          onChange={(chosen) => onNarrow({ grade: (chosen as CallsSearch["grade"]) ?? undefined })}
          clearable
        />
      </Grid.Col>
    </Grid>
  );
});
