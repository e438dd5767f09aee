import { Button, Grid, Group, Kbd, Select, Skeleton, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencilPlus, IconPhoneOff, IconSearchOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { AgentSelect } from "../../components/AgentSelect";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { SearchInput } from "../../components/SearchInput";
import { useMay } from "../../session/session";
import { CallTable, CallTableSkeleton } from "./CallTable";
import { ColumnsMenu } from "./ColumnsMenu";
import { useColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import { Pager } from "./Pager";
import { newer, older, type Place } from "./paging";
import { type CallsSearch, isNarrowed } from "./search";
import { readAhead, useCalls } from "./useCalls";

// The calls wait neither for the calendar nor for a form that is seldom opened.
const CreateCall = lazy(async () => ({ default: (await import("./CreateCall")).CreateCall }));
const DateRange = lazy(async () => ({ default: (await import("./DateRange")).DateRange }));

const route = getRouteApi("/calls");

const GRADES = [
  { value: "good", label: "Good" },
  { value: "needs_improvement", label: "Needs improvement" },
];

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
  const [columns, setColumns] = useColumns();
  const calls = useCalls(search);
  const mayReview = useMay("review_calls");
  const [isCreating, creation] = useDisclosure();
  const place: Place = { cursor: search.cursor, trail: trail ?? [] };
  const next = calls.isPlaceholderData ? null : calls.data?.next_cursor;

  useEffect(() => readAhead(client, search, next), [client, search, next]);

  /** Narrows the list down anew, from its first page. */
  const narrow = (change: CallsSearch) =>
    void navigate({
      search: (now) => ({ ...now, ...change, cursor: undefined }),
      state: { trail: [] },
      replace: true,
    });
  const go = (to: Place) =>
    void navigate({ search: (now) => ({ ...now, cursor: to.cursor }), state: { trail: [...to.trail] } });

  return (
    <Page
      title="Calls"
      hint={<KeyHints />}
      actions={
        <Group gap="xs">
          {mayReview && (
            <Button variant="default" leftSection={<IconPencilPlus size={16} />} onClick={creation.open}>
              Write a call down
            </Button>
          )}
          <ColumnsMenu value={columns} onChange={setColumns} />
        </Group>
      }
    >
      <FilterBar
        value={search.filter ?? "all"}
        counts={calls.data?.counts}
        onChange={(filter) => narrow({ filter: filter === "all" ? undefined : filter })}
      />
      <Grid gap="sm">
        <Grid.Col span={{ base: 12, md: 4 }}>
          <SearchInput
            label="Search calls"
            placeholder="A name, a number, or what was said"
            value={search.q ?? ""}
            onChange={(q) => narrow({ q: q.trim() || undefined })}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, xs: 6, md: 4 }}>
          <Suspense fallback={<Skeleton h={36} />}>
            <DateRange from={search.from} to={search.to} onChange={(from, to) => narrow({ from, to })} />
          </Suspense>
        </Grid.Col>
        <Grid.Col span={{ base: 6, xs: 3, md: 2 }}>
          <AgentSelect value={search.agent} onChange={(agent) => narrow({ agent })} />
        </Grid.Col>
        <Grid.Col span={{ base: 6, xs: 3, md: 2 }}>
          <Select
            aria-label="Grade"
            placeholder="Any grade"
            data={GRADES}
            value={search.grade ?? null}
            onChange={(grade) => narrow({ grade: (grade as CallsSearch["grade"]) ?? undefined })}
            clearable
          />
        </Grid.Col>
      </Grid>
      {calls.isPending && <CallTableSkeleton />}
      {calls.isError && (
        <ErrorNotice
          what="The calls could not be loaded"
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
        place={place}
        hasOlder={Boolean(next)}
        onOlder={() => next && go(older(place, next))}
        onNewer={() => go(newer(place))}
      />
      {isCreating && (
        <Suspense fallback={null}>
          <CreateCall onClose={creation.close} />
        </Suspense>
      )}
    </Page>
  );
}

function NoCalls({ search, hasMore }: { search: CallsSearch; hasMore: boolean }) {
  if (hasMore) {
    return (
      <Empty icon={<IconSearchOff size={28} />} title="Nothing found so far">
        None of the calls that were looked through matches. Go on with “Older” to look further back.
      </Empty>
    );
  }
  if (isNarrowed(search) || search.filter || search.cursor) {
    return (
      <Empty
        icon={<IconSearchOff size={28} />}
        title="No call matches"
        action={<LinkButton to="/calls">Show all calls</LinkButton>}
      >
        Try fewer words, more days, or another filter.
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconPhoneOff size={28} />}
      title="No calls yet"
      action={<LinkButton to="/agents">To the agents</LinkButton>}
    >
      Calls appear here as soon as the first one comes in. Check that your number is assigned to an agent.
    </Empty>
  );
}

function KeyHints() {
  return (
    <Group gap={6} component="span" visibleFrom="sm">
      <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd>
      <Text span inherit>
        move,
      </Text>
      <Kbd size="xs">Enter</Kbd>
      <Text span inherit>
        opens,
      </Text>
      <Kbd size="xs">n</Kbd> <Kbd size="xs">p</Kbd>
      <Text span inherit>
        pages,
      </Text>
      <Kbd size="xs">/</Kbd>
      <Text span inherit>
        searches
      </Text>
    </Group>
  );
}
