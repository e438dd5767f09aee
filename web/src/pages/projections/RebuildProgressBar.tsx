import { Group, Progress, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { RebuildProgress } from "../../api/types";
import { count } from "../../format/numbers";
import { duration } from "../../format/time";
import { words } from "../../format/words";
import { percent } from "./report";

/** The progress of a rebuild. */
export function RebuildProgressBar({ progress }: { progress: RebuildProgress }) {
  return (
    <Stack gap={4}>
      {/* Screen readers announce each stage, but not the constantly changing numbers. */}
      <VisuallyHidden role="status">{words(progress.stage)}</VisuallyHidden>
      <Figures progress={progress} />
    </Stack>
  );
}

function Figures({ progress }: { progress: RebuildProgress }) {
  const done = percent(progress);
  return (
    <Stack gap={4} role="status" aria-live="off">
      <Progress
        value={done ?? 100}
        animated={done === null || progress.stage !== "loading"}
        aria-label="Rebuild progress"
      />
      <Group justify="space-between">
        <Text size="xs" c="dimmed" className="figures">
          {words(progress.stage)}: {count(progress.done)} of {count(progress.total)} events
        </Text>
        <Text size="xs" c="dimmed" className="figures">
          {count(Math.round(progress.events_per_second))}/s
          {progress.seconds_left != null &&
            progress.stage === "loading" &&
            `, ${duration(progress.seconds_left)} left`}
        </Text>
      </Group>
    </Stack>
  );
}
