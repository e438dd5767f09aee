import { Badge, Button, Group, Paper, Select, Skeleton, Stack, Switch, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { UserView } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Moment } from "../../components/Moment";
import { tellProblem } from "../../components/notify";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { ROLES } from "../../session/permissions";
import { useMe } from "../../session/session";
import { InviteModal } from "./InviteModal";

const USERS = ["users"] as const;

export function UsersPage() {
  return (
    <Guarded needs="manage_users">
      <Users />
    </Guarded>
  );
}

function Users() {
  const users = useQuery({ queryKey: USERS, queryFn: () => body(api.GET("/api/users")) });
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Page
      title="Users"
      hint="Who may sign in, and what they may do."
      actions={
        <Button leftSection={<IconUserPlus size={16} />} onClick={open}>
          Invite
        </Button>
      }
    >
      {users.isPending && <Skeleton h={220} aria-label="Loading users" />}
      {users.isError && (
        <ErrorNotice
          what="The users could not be loaded"
          error={users.error}
          onRetry={() => void users.refetch()}
        />
      )}
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {users.data?.map((user) => (
          <UserRow key={user.user_id} user={user} />
        ))}
      </Stack>
      {users.data?.length === 1 && (
        <Text c="dimmed" size="sm">
          You are alone here. Invite colleagues: you get a link to hand to each.
        </Text>
      )}
      {isOpen && <InviteModal onClose={close} />}
    </Page>
  );
}

function UserRow({ user }: { user: UserView }) {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (wish: { role?: string; active?: boolean }) =>
      body(api.PATCH("/api/users/{user_id}", { params: { path: { user_id: user.user_id } }, body: wish })),
    onSuccess: (changed) =>
      client.setQueryData<UserView[]>(USERS, (all) =>
        all?.map((one) => (one.user_id === changed.user_id ? changed : one)),
      ),
    onError: (error) => tellProblem(`${user.name} was not changed`, error),
  });
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
          </Group>
          <Text size="sm" c="dimmed" className="breakable">
            {user.email} ·{" "}
            {user.last_seen_at ? (
              <>
                seen <Moment at={user.last_seen_at} as="ago" />
              </>
            ) : (
              "never seen"
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
            disabled={isMe || change.isPending}
          />
          <Switch
            label="May sign in"
            checked={user.active}
            disabled={isMe || change.isPending}
            onChange={(event) => change.mutate({ active: event.currentTarget.checked })}
          />
        </Group>
      </Group>
    </Paper>
  );
}
