import { Button, Group, Kbd, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencilPlus, IconPhoneOff, IconSearchOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect } from "react";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { useMay } from "../../session/session";
import { CallTable, CallTableSkeleton } from "./CallTable";
import { CallTools } from "./CallTools";
import { ColumnsMenu } from "./ColumnsMenu";
import { useColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import { Pager } from "./Pager";
import { newer, older, type PageCursor } from "./paging";
import { type CallsSearch, callsSearch, isNarrowed } from "./search";
import { prefetch, prefetchNext, useCalls } from "./useCalls";

// Loaded on first use, as the form is rarely opened.
const CreateCall = lazy(async () => ({ default: (await import("./CreateCall")).CreateCall }));

const route = getRouteApi("/calls");

/** Keyboard shortcuts of this page. */
const HINT = (
  <Group gap={6} component="span" visibleFrom="sm">
    <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd>
    <Text span inherit>
      move,
    </Text>
    <Kbd size="xs">Enter</Kbd>
    <Text span inherit>
      open,
    </Text>
    <Kbd size="xs">n</Kbd> <Kbd size="xs">p</Kbd>
    <Text span inherit>
      pages,
    </Text>
    <Kbd size="xs">/</Kbd>
    <Text span inherit>
      search
    </Text>
  </Group>
);

export function CallsPage() {
  return (
    <Guarded needs="view_calls">
      <Calls />
    </Guarded>
  );
}

function Calls() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const trail = useRouterState({ select: (state) => state.location.state.trail });
  const client = useQueryClient();
  const narrow = useSearchChange();
  const [columns, setColumns] = useColumns();
  const calls = useCalls(search);
  const mayReview = useMay("review_calls");
  const [isCreating, creation] = useDisclosure();
  const page: PageCursor = { cursor: search.cursor, trail: trail ?? [] };
  const next = calls.isPlaceholderData ? null : calls.data?.next_cursor;

  useEffect(() => prefetchNext(client, search, next), [client, search, next]);

  const go = (to: PageCursor) => {
    prefetch(client, { ...search, cursor: to.cursor });
    void navigate({ search: (now) => ({ ...now, cursor: to.cursor }), state: { trail: [...to.trail] } });
  };

  return (
    <Page
      title="Calls"
      hint={HINT}
      actions={
        <Group gap="xs">
          {mayReview && (
            <Button variant="default" leftSection={<IconPencilPlus size={16} />} onClick={creation.open}>
              Log a call
            </Button>
          )}
          <ColumnsMenu value={columns} onChange={setColumns} />
        </Group>
      }
    >
      <FilterBar value={search.filter ?? "all"} counts={calls.data?.counts} onNarrow={narrow} />
      <CallTools
        q={search.q}
        from={search.from}
        to={search.to}
        agent={search.agent}
        grade={search.grade}
        onNarrow={narrow}
      />
      {calls.isPending && <CallTableSkeleton />}
      {calls.isError && (
        <ErrorNotice
          what="Calls could not be loaded"
          error={calls.error}
          onRetry={() => void calls.refetch()}
        />
      )}
      {calls.data &&
        (calls.data.calls.length > 0 ? (
          <CallTable calls={calls.data.calls} columns={columns} isStale={calls.isPlaceholderData} />
        ) : (
          <NoCalls search={search} hasMore={Boolean(next)} />
        ))}
      <Pager
        page={page}
        hasOlder={Boolean(next)}
        onOlder={() => next && go(older(page, next))}
        onNewer={() => go(newer(page))}
      />
      {isCreating && (
        <Suspense fallback={null}>
          <CreateCall onClose={creation.close} />
        </Suspense>
      )}
    </Page>
  );
}

/** Changes the search and returns to the first page. A stable function. */
function useSearchChange() {
  const router = useRouter();
  const client = useQueryClient();
  return useCallback(
    (change: CallsSearch) => {
      const search = { ...callsSearch(router.state.location.search), ...change, cursor: undefined };
      prefetch(client, search);
      void router.navigate({ to: "/calls", search, state: { trail: [] }, replace: true });
    },
    [router, client],
  );
}

function NoCalls({ search, hasMore }: { search: CallsSearch; hasMore: boolean }) {
  if (hasMore) {
    return (
      <Empty icon={<IconSearchOff size={28} />} title="No matches yet">
        None of the calls searched so far match. Press “Older” to search further back.
      </Empty>
    );
  }
  if (isNarrowed(search) || search.filter || search.cursor) {
    return (
      <Empty
        icon={<IconSearchOff size={28} />}
        title="No matching calls"
        action={<LinkButton to="/calls">Show all calls</LinkButton>}
      >
        Try fewer words, a longer date range or another filter.
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconPhoneOff size={28} />}
      title="No calls yet"
      action={<LinkButton to="/agents">Set up an assistant</LinkButton>}
    >
      Calls appear here as soon as the first one starts. Check that your number is assigned to an assistant.
    </Empty>
  );
}
