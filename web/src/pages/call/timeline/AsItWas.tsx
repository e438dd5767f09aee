import { Paper, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { usePeople } from "../../../components/usePeople";
import { useAsOf } from "../useCall";
import { factsOf } from "./asItWas";

interface Props {
  callId: string;
  version: number;
  isLast: boolean;
}

/** The call as the ledger knew it after an event. */
export function AsItWas({ callId, version, isLast }: Props) {
  const asOf = useAsOf(callId, version);
  const nameOf = usePeople();
  return (
    <Paper
      withBorder
      p="md"
      component="section"
      aria-label="The call as it was"
      aria-busy={asOf.isPlaceholderData}
    >
      <Stack gap="sm">
        <Title order={2} size="h5">
          {isLast ? "The call as it is known now" : `The call as it was known after event ${version}`}
        </Title>
        {asOf.isPending && <Skeleton h={160} />}
        {asOf.isError && (
          <ErrorNotice
            what="The past could not be read"
            error={asOf.error}
            onRetry={() => void asOf.refetch()}
          />
        )}
        {asOf.data && (
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
