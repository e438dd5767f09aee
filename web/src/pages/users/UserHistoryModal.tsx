import { Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { UserView } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Timestamp } from "../../components/Timestamp";
import { useUserName } from "../../components/useUsers";
import { nameOfActor, sentence } from "./userHistory";

interface Props {
  user: UserView;
  onClose: () => void;
}

/** What was done to a user, and their sign-ins, newest first. */
export function UserHistoryModal({ user, onClose }: Props) {
  const userName = useUserName();
  const history = useInfiniteQuery({
    queryKey: ["users", user.user_id, "history"],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/users/{user_id}/history", {
          params: { path: { user_id: user.user_id }, query: { before: pageParam } },
        }),
      ),
    getNextPageParam: (last) => {
      const oldest = last.events.at(-1);
      return oldest && oldest.version > 1 ? oldest.version : undefined;
    },
  });
  const events = history.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <Modal opened onClose={onClose} title={`History of ${user.name}`} size="lg">
      <Stack>
        {history.isPending && <Skeleton h={160} aria-label="Loading the history" />}
        {history.isError && (
          <ErrorNotice
            what="The history could not be loaded"
            error={history.error}
            onRetry={() => void history.refetch()}
          />
        )}
        <Stack gap="xs" component="ol" m={0} p={0} style={{ listStyle: "none" }}>
          {events.map((event) => (
            <Group key={event.version} component="li" justify="space-between" wrap="nowrap" align="baseline">
              <div>
                <Text size="sm">{sentence(event)}</Text>
                <Text size="xs" c="dimmed" className="breakable">
                  by {nameOfActor(event.actor, userName)}
                </Text>
              </div>
              <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                <Timestamp at={event.at ?? event.recorded_at} />
              </Text>
            </Group>
          ))}
        </Stack>
        <Group justify="space-between">
          {history.hasNextPage ? (
            <Button
              variant="default"
              loading={history.isFetchingNextPage}
              onClick={() => void history.fetchNextPage()}
            >
              Show earlier
            </Button>
          ) : (
            <span />
          )}
          <Button onClick={onClose}>Close</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
