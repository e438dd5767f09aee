import { SimpleGrid, Skeleton, Text } from "@mantine/core";
import { IconBroadcast } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { useBoard } from "../../feed/FeedProvider";
import { count } from "../../format/numbers";
import { Here } from "./Here";
import { LiveCard } from "./LiveCard";

export function LivePage() {
  return (
    <Guarded needs="view_calls">
      <Live />
    </Guarded>
  );
}

/** A card for every call that goes on. */
function Live() {
  const board = useBoard();
  const { state, calls, more, error } = useSyncExternalStore(board.watch, board.current);
  const live = calls.filter((call) => call.endedAt === null).length + more;
  return (
    <Page
      title="Live"
      hint={state === "ready" ? `${live} ${live === 1 ? "call goes" : "calls go"} on now` : undefined}
      actions={<Here />}
    >
      {state === "loading" && (
        <SimpleGrid cols={{ base: 1, lg: 2, xl: 3 }} aria-busy="true" aria-label="Loading live calls">
          <Skeleton h={420} />
          <Skeleton h={420} visibleFrom="lg" />
        </SimpleGrid>
      )}
      {state === "failed" && (
        <ErrorNotice what="The live calls could not be loaded; trying again" error={error} />
      )}
      {state === "ready" && calls.length === 0 && (
        <Empty
          icon={<IconBroadcast size={28} />}
          title="No call goes on"
          action={<LinkButton to="/calls">To the calls so far</LinkButton>}
        >
          As soon as somebody calls, the call appears here with its transcript, and you can listen in or take
          over. There is no need to reload.
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2, xl: 3 }}>
        {calls.map((call) => (
          <LiveCard key={call.call_id} call={call} />
        ))}
      </SimpleGrid>
      {more > 0 && (
        <Text c="dimmed" ta="center">
          {count(more)} older {more === 1 ? "call is" : "calls are"} not shown.
        </Text>
      )}
    </Page>
  );
}
