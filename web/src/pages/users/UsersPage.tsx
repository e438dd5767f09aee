import { Badge, Button, Group, Paper, Select, Skeleton, Stack, Switch, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { UserView } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { notifyError } from "../../components/notify";
import { Page } from "../../components/Page";
import { Timestamp } from "../../components/Timestamp";
import { ROLES } from "../../session/permissions";
import { useMay, useMe } from "../../session/session";
import { InviteModal } from "./InviteModal";
import { PendingInvitations } from "./PendingInvitations";
import { TimeZoneForm } from "./TimeZoneForm";
import { UserHistoryModal } from "./UserHistoryModal";

const USERS = ["users"] as const;

export function UsersPage() {
  return (
    <Guarded needs="view_users">
      <Users />
    </Guarded>
  );
}

function Users() {
  const users = useQuery({ queryKey: USERS, queryFn: () => body(api.GET("/api/users")) });
  const mayManage = useMay("manage_users");
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Page
      title="Users"
      hint="Who can sign in, and with which role; the time zone of your days."
      actions={
        mayManage && (
          <Button leftSection={<IconUserPlus size={16} />} onClick={open}>
            Invite
          </Button>
        )
      }
    >
      {users.isPending && <Skeleton h={220} aria-label="Loading users" />}
      {users.isError && (
        <ErrorNotice
          what="Users could not be loaded"
          error={users.error}
          onRetry={() => void users.refetch()}
        />
      )}
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {users.data?.map((user) => (
          <UserRow key={user.user_id} user={user} />
        ))}
      </Stack>
      {mayManage && users.data?.length === 1 && (
        <Text c="dimmed" size="sm">
          You are the only user. Invite your team and share the link with them.
        </Text>
      )}
      <PendingInvitations />
      <TimeZoneForm />
      {isOpen && <InviteModal onClose={close} />}
    </Page>
  );
}

function UserRow({ user }: { user: UserView }) {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (change: { role?: string; active?: boolean }) =>
      body(api.PATCH("/api/users/{user_id}", { params: { path: { user_id: user.user_id } }, body: change })),
    onSuccess: (changed) =>
      client.setQueryData<UserView[]>(USERS, (all) =>
        all?.map((one) => (one.user_id === changed.user_id ? changed : one)),
      ),
    onError: (error) => notifyError(`${user.name} not updated`, error),
  });
  const mayManage = useMay("manage_users");
  const [isOpen, { open, close }] = useDisclosure();
  const isMe = user.user_id === me.user_id;
  return (
    <Paper withBorder p="sm" component="li">
      <Group justify="space-between">
        <div>
          <Group gap="xs">
            <Text fw={600} c={user.active ? undefined : "dimmed"}>
              {user.name}
            </Text>
            {isMe && (
              <Badge size="sm" variant="light">
                You
              </Badge>
            )}
            {user.operator && (
              <Badge
                size="sm"
                variant="light"
                color="grape"
                title="Operates the installation, for all tenants"
              >
                Operator
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" className="breakable">
            {user.email} ·{" "}
            {user.last_seen_at ? (
              <>
                last seen <Timestamp at={user.last_seen_at} as="ago" />
              </>
            ) : (
              "never signed in"
            )}
          </Text>
        </div>
        <Group>
          <Select
            aria-label={`Role of ${user.name}`}
            w={130}
            data={Object.entries(ROLES).map(([value, { label }]) => ({ value, label }))}
            value={user.role}
            onChange={(role) => role && change.mutate({ role })}
            allowDeselect={false}
            disabled={!mayManage || isMe || change.isPending}
          />
          <Switch
            label="Active"
            checked={user.active}
            disabled={!mayManage || isMe || change.isPending}
            onChange={(event) => change.mutate({ active: event.currentTarget.checked })}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconHistory size={14} />}
            onClick={open}
            aria-label={`History of ${user.name}`}
          >
            History
          </Button>
        </Group>
      </Group>
      {isOpen && <UserHistoryModal user={user} onClose={close} />}
    </Paper>
  );
}
