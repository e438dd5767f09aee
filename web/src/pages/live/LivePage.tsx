import { Button, Group, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { IconBroadcast } from "@tabler/icons-react";
import { useState, useSyncExternalStore } from "react";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { useBoard } from "../../feed/FeedProvider";
import { count } from "../../format/numbers";
import { CARDS, drawn } from "../../live/drawn";
import { useMe } from "../../session/session";
import { Here } from "./Here";
import { LiveCard } from "./LiveCard";

export function LivePage() {
  return (
    <Guarded needs="view_calls">
      <Live />
    </Guarded>
  );
}

/** A card for each call that goes on; of very many, for the latest. */
function Live() {
  const board = useBoard();
  const { state, calls, more, error } = useSyncExternalStore(board.watch, board.current);
  const me = useMe();
  const [most, setMost] = useState(CARDS);
  const shown = drawn(calls, most, me.user_id);
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
        {shown.map((call) => (
          <LiveCard key={call.call_id} call={call} />
        ))}
      </SimpleGrid>
      {shown.length < calls.length + more && (
        <Group justify="center">
          <Text size="sm" c="dimmed" className="figures">
            {count(shown.length)} of {count(calls.length + more)} calls are shown
          </Text>
          {shown.length < calls.length && (
            <Button variant="default" onClick={() => setMost(most + CARDS)}>
              Show more
            </Button>
          )}
        </Group>
      )}
    </Page>
  );
}
