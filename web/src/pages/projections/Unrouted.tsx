import { Badge, Button, Code, Collapse, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, written } from "../../api/client";
import type { UnroutedCallback } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Moment } from "../../components/Moment";
import { tellDone, tellProblem } from "../../components/notify";
import { useMay } from "../../session/session";

const UNROUTED = ["unrouted"] as const;

/** Callbacks of the network that nobody understood: they are kept whole, and read again after a fix. */
export function Unrouted() {
  const may = useMay("view_unrouted");
  const callbacks = useQuery({
    queryKey: UNROUTED,
    queryFn: () => body(api.GET("/api/unrouted")),
    enabled: may,
  });
  if (!may || callbacks.isPending) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label="Callbacks that were not understood">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Callbacks that were not understood
        </Title>
        {callbacks.isError && (
          <ErrorNotice
            what="They could not be loaded"
            error={callbacks.error}
            onRetry={() => void callbacks.refetch()}
          />
        )}
        {callbacks.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            None waits. What the network sends and nobody understands is kept here whole, and can be read
            again after a fix.
          </Text>
        )}
        {callbacks.data?.map((callback) => (
          <Kept key={callback.id} callback={callback} />
        ))}
      </Stack>
    </Paper>
  );
}

function Kept({ callback }: { callback: UnroutedCallback }) {
  const client = useQueryClient();
  const may = useMay("reingest");
  const [isOpen, { toggle }] = useDisclosure();
  const again = useMutation({
    mutationFn: () =>
      written(api.POST("/api/unrouted/{id}/reingest", { params: { path: { id: callback.id } } })),
    onSuccess: async () => {
      tellDone("It was understood; its call has it now.");
      await client.invalidateQueries({ queryKey: UNROUTED });
    },
    onError: (error) => tellProblem("It was not read again", error),
  });
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Group gap="xs">
          <Badge variant="light">{callback.endpoint}</Badge>
          <Text size="sm" className="breakable">
            {callback.reason}
          </Text>
          <Text size="xs" c="dimmed">
            <Moment at={callback.at} />, position {callback.position}
          </Text>
        </Group>
        <Group gap="xs">
          <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={isOpen}>
            {isOpen ? "Hide" : "Show"}
          </Button>
          {may && (
            <Button
              size="compact-xs"
              variant="default"
              loading={again.isPending}
              onClick={() => again.mutate()}
            >
              Read again
            </Button>
          )}
        </Group>
      </Group>
      <Collapse expanded={isOpen}>
        <Code block>{JSON.stringify(callback.params ?? "erased", null, 2)}</Code>
      </Collapse>
    </Stack>
  );
}
