import { Group, Skeleton, Stack } from "@mantine/core";

/** Placeholder while the session is loaded. */
export function ShellSkeleton() {
  return (
    <Stack gap="lg" p="md" aria-busy="true" aria-label="Loading">
      <Group justify="space-between">
        <Skeleton h={28} w={160} />
        <Skeleton h={28} circle />
      </Group>
      <Skeleton h={34} w={220} />
      <Skeleton h={220} />
    </Stack>
  );
}
