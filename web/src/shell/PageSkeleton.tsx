import { Skeleton, Stack } from "@mantine/core";

/** Placeholder while a page loads. */
export function PageSkeleton() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading">
      <Skeleton h={34} w={220} />
      <Skeleton h={44} />
      <Skeleton h={280} />
    </Stack>
  );
}
