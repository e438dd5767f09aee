import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { PendingInvitation } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { notifyError } from "../../components/notify";
import { Timestamp } from "../../components/Timestamp";
import { roleLabel } from "../../session/permissions";
import { useMay } from "../../session/session";

/** Key of the query for invitations that can still be used. */
export const INVITATIONS = ["invitations"] as const;

/** Invitations that can still be used. Nothing is shown if there are none. */
export function PendingInvitations() {
  const invitations = useQuery({
    queryKey: INVITATIONS,
    queryFn: () => body(api.GET("/api/invitations")),
  });
  if (invitations.isError) {
    return (
      <ErrorNotice
        what="Invitations could not be loaded"
        error={invitations.error}
        onRetry={() => void invitations.refetch()}
      />
    );
  }
  if (!invitations.data?.length) return null;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Invitations
      </Title>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {invitations.data.map((invitation) => (
          <Invitation key={invitation.user_id} invitation={invitation} />
        ))}
      </Stack>
    </section>
  );
}

function Invitation({ invitation }: { invitation: PendingInvitation }) {
  const client = useQueryClient();
  const mayManage = useMay("manage_users");
  const revoke = useMutation({
    mutationFn: () =>
      body(
        api.DELETE("/api/invitations/{user_id}", {
          params: { path: { user_id: invitation.user_id } },
        }),
      ),
    onError: (error) => notifyError(`Invitation of ${invitation.email} not revoked`, error),
    onSettled: () => client.invalidateQueries({ queryKey: INVITATIONS }),
  });
  return (
    <Paper withBorder p="sm" component="li">
      <Group justify="space-between">
        <div>
          <Text fw={600} className="breakable">
            {invitation.email}
          </Text>
          <Text size="sm" c="dimmed">
            {roleLabel(invitation.role)} · expires <Timestamp at={invitation.expires_at} />
          </Text>
        </div>
        {mayManage && (
          <Button
            size="xs"
            variant="default"
            onClick={() => revoke.mutate()}
            loading={revoke.isPending}
            aria-label={`Revoke the invitation of ${invitation.email}`}
          >
            Revoke
          </Button>
        )}
      </Group>
    </Paper>
  );
}
