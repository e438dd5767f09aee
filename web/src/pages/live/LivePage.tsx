import { Button, Group, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { IconBroadcast } from "@tabler/icons-react";
import { useState, useSyncExternalStore } from "react";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { useBoard } from "../../feed/FeedProvider";
import { count } from "../../format/numbers";
import { CARDS_PER_BATCH, visibleCalls } from "../../live/visibleCalls";
import { useMe } from "../../session/session";
import { LiveCard } from "./LiveCard";
import { OnlineUsers } from "./OnlineUsers";

export function LivePage() {
  return (
    <Guarded needs="view_calls">
      <Live />
    </Guarded>
  );
}

/** A card for each active call; the latest ones first, in batches. */
function Live() {
  const board = useBoard();
  const { state, calls, more, error } = useSyncExternalStore(board.watch, board.current);
  const me = useMe();
  const [limit, setLimit] = useState(CARDS_PER_BATCH);
  const shown = visibleCalls(calls, limit, me.user_id);
  const live = calls.filter((call) => call.endedAt === null).length + more;
  return (
    <Page
      title="Live"
      hint={state === "ready" ? `${live} active ${live === 1 ? "call" : "calls"}` : undefined}
      actions={<OnlineUsers />}
    >
      {state === "loading" && (
        <SimpleGrid cols={{ base: 1, lg: 2, xl: 3 }} aria-busy="true" aria-label="Loading live calls">
          <Skeleton h={420} />
          <Skeleton h={420} visibleFrom="lg" />
        </SimpleGrid>
      )}
      {state === "failed" && <ErrorNotice what="Live calls could not be loaded. Retrying…" error={error} />}
      {state === "ready" && calls.length === 0 && (
        <Empty
          icon={<IconBroadcast size={28} />}
          title="No active calls"
          action={<LinkButton to="/calls">View past calls</LinkButton>}
        >
          Calls appear here as soon as they start, with a live transcript. You can listen in or take over. No
          need to reload.
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2, xl: 3 }}>
        {shown.map((call) => (
          <LiveCard key={call.call_id} call={call} />
        ))}
      </SimpleGrid>
      {shown.length < calls.length + more && (
        <Group justify="center">
          <Text size="sm" c="dimmed" className="figures">
            Showing {count(shown.length)} of {count(calls.length + more)} calls
          </Text>
          {shown.length < calls.length && (
            <Button variant="default" onClick={() => setLimit(limit + CARDS_PER_BATCH)}>
              Show more
            </Button>
          )}
        </Group>
      )}
    </Page>
  );
}
