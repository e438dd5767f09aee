import { Paper, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { useUserName } from "../../../components/useUsers";
import { useAsOf } from "../useCall";
import { factsOf } from "./stateAtVersion";

interface Props {
  callId: string;
  version: number;
  isLast: boolean;
}

/** The state of the call after an event. */
export function StateAtVersion({ callId, version, isLast }: Props) {
  const asOf = useAsOf(callId, version);
  const nameOf = useUserName();
  return (
    <Paper withBorder p="md" component="section" aria-label="Call state" aria-busy={asOf.isPlaceholderData}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {isLast ? "Current state" : `State after event ${version}`}
        </Title>
        {asOf.isPending && <Skeleton h={160} />}
        {asOf.isError && (
          <ErrorNotice
            what="The state could not be loaded"
            error={asOf.error}
            onRetry={() => void asOf.refetch()}
          />
        )}
        {asOf.data?.state && (
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" component="dl" m={0}>
            {factsOf(asOf.data.state, nameOf).map(({ label, value }) => (
              <div key={label}>
                <Text component="dt" size="xs" c="dimmed">
                  {label}
                </Text>
                <Text component="dd" m={0} className="breakable">
                  {value}
                </Text>
              </div>
            ))}
          </SimpleGrid>
        )}
      </Stack>
    </Paper>
  );
}
