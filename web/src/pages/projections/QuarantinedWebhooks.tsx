import { Badge, Button, Code, Collapse, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, writeResponse } from "../../api/client";
import type { QuarantinedWebhook as Webhook } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { notifyError, notifySuccess } from "../../components/notify";
import { Timestamp } from "../../components/Timestamp";
import { useMay } from "../../session/session";

const QUARANTINE = ["quarantined-webhooks"] as const;

/** Webhooks that could not be parsed. They are stored whole and can be processed again after a fix. */
export function QuarantinedWebhooks() {
  const may = useMay("view_quarantine");
  const webhooks = useQuery({
    queryKey: QUARANTINE,
    queryFn: () => body(api.GET("/api/quarantined-webhooks")),
    enabled: may,
  });
  if (!may || webhooks.isPending) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label="Quarantined webhooks">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Quarantined webhooks
        </Title>
        {webhooks.isError && (
          <ErrorNotice
            what="Quarantined webhooks could not be loaded"
            error={webhooks.error}
            onRetry={() => void webhooks.refetch()}
          />
        )}
        {webhooks.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            No quarantined webhooks. Webhooks that cannot be parsed are stored here and can be processed again
            after a fix.
          </Text>
        )}
        {webhooks.data?.map((webhook) => (
          <QuarantinedWebhook key={webhook.id} webhook={webhook} />
        ))}
      </Stack>
    </Paper>
  );
}

function QuarantinedWebhook({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const may = useMay("reingest");
  const [isOpen, { toggle }] = useDisclosure();
  const reingest = useMutation({
    mutationFn: () =>
      writeResponse(
        api.POST("/api/quarantined-webhooks/{id}/reingest", { params: { path: { id: webhook.id } } }),
      ),
    onSuccess: async () => {
      notifySuccess("Webhook processed.");
      await client.invalidateQueries({ queryKey: QUARANTINE });
    },
    onError: (error) => notifyError("Webhook not processed", error),
  });
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Group gap="xs">
          <Badge variant="light">{webhook.endpoint}</Badge>
          <Text size="sm" className="breakable">
            {webhook.reason}
          </Text>
          <Text size="xs" c="dimmed">
            <Timestamp at={webhook.at} />, position {webhook.position}
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
              loading={reingest.isPending}
              onClick={() => reingest.mutate()}
            >
              Process again
            </Button>
          )}
        </Group>
      </Group>
      <Collapse expanded={isOpen}>
        <Code block>{JSON.stringify(webhook.params ?? "erased", null, 2)}</Code>
      </Collapse>
    </Stack>
  );
}
