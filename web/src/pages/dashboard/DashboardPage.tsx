import { SegmentedControl, SimpleGrid, Skeleton } from "@mantine/core";
import { IconPhoneIncoming } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { api, body } from "../../api/client";
import type { Stats } from "../../api/types";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { LinkButton, LinkText } from "../../components/links";
import { Page } from "../../components/Page";
import { useMay } from "../../session/session";
import { FigureCard } from "./FigureCard";
import { Latest } from "./Latest";
import { localDate, type Part, parts } from "./series";

const Plots = lazy(async () => ({ default: (await import("./Plots")).Plots }));

const route = getRouteApi("/");

const PERIODS = [
  { value: "1", label: "Today" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
];

export function DashboardPage() {
  return (
    <Guarded needs="view_figures">
      <Dashboard />
    </Guarded>
  );
}

function Dashboard() {
  const { days = 7 } = route.useSearch();
  const navigate = route.useNavigate();
  const stats = useQuery({
    queryKey: ["stats", days],
    queryFn: () => body(api.GET("/api/dashboard/stats", { params: { query: { days } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Dashboard"
      hint={stats.data && `Days are in ${stats.data.time_zone}.`}
      actions={
        <SegmentedControl
          aria-label="Period"
          data={PERIODS}
          value={String(days)}
          onChange={(value) => void navigate({ search: { days: Number(value) }, replace: true })}
        />
      }
    >
      {stats.isPending && <Loading />}
      {stats.isError && (
        <ErrorNotice
          what="Statistics could not be loaded"
          error={stats.error}
          onRetry={() => void stats.refetch()}
        />
      )}
      {stats.data && <Loaded stats={stats.data} days={days} />}
    </Page>
  );
}

function Loaded({ stats, days }: { stats: Stats; days: number }) {
  const navigate = useNavigate();
  const mayTry = useMay("edit_agents");
  if (stats.total.calls === 0) {
    return (
      <Empty
        icon={<IconPhoneIncoming size={28} />}
        title="No calls yet"
        action={<LinkButton to="/agents">Set up your assistant</LinkButton>}
      >
        Set up your assistant, then call your number
        {mayTry && (
          <>
            {" "}
            (or{" "}
            <LinkText to="/agents/$agentId/try" params={{ agentId: "default" }} inherit underline="always">
              try it here
            </LinkText>
            )
          </>
        )}
        .
      </Empty>
    );
  }
  const from = localDate(stats.from);
  const { period: these, before } = stats;
  const open = (part: Part) => void navigate({ to: "/calls", search: part.period });
  const figure = { days, more: "plain" as const };
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <FigureCard {...figure} label="Calls" value={these.calls} before={before.calls} search={{ from }} />
        <FigureCard
          {...figure}
          label="Inbound"
          value={these.inbound}
          before={before.inbound}
          search={{ filter: "inbound", from }}
        />
        <FigureCard
          {...figure}
          more="bad"
          label="Missed"
          value={these.missed}
          before={before.missed}
          search={{ filter: "missed", from }}
        />
        <FigureCard
          {...figure}
          label="Voicemail"
          value={these.voicemail}
          before={before.voicemail}
          search={{ filter: "voicemail", from }}
        />
        <FigureCard
          {...figure}
          more="good"
          label="Answered"
          value={these.answered}
          before={before.answered}
          search={{ filter: "answered", from }}
        />
        <FigureCard
          {...figure}
          label="Recorded"
          value={these.recorded}
          before={before.recorded}
          search={{ filter: "recorded", from }}
        />
        <FigureCard
          {...figure}
          label="Taken over"
          value={these.taken_over}
          before={before.taken_over}
          search={{ filter: "taken_over", from }}
        />
        <FigureCard
          {...figure}
          label="Transferred"
          value={these.transferred}
          before={before.transferred}
          search={{ filter: "transferred", from }}
        />
      </SimpleGrid>
      <Suspense fallback={<PlotsSkeleton />}>
        <Plots parts={parts(stats)} onOpen={open} />
      </Suspense>
      <Latest calls={stats.latest} />
    </>
  );
}

function PlotsSkeleton() {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} aria-busy="true" aria-label="Loading charts">
      <Skeleton h={300} />
      <Skeleton h={300} />
    </SimpleGrid>
  );
}

function Loading() {
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} aria-busy="true" aria-label="Loading statistics">
        {["a", "b", "c", "d", "e", "f", "g", "h"].map((key) => (
          <Skeleton key={key} h={116} />
        ))}
      </SimpleGrid>
      <PlotsSkeleton />
    </>
  );
}
