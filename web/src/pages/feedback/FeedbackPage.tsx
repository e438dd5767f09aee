import { Card, Group, SegmentedControl, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { IconMessage2Star } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { api, body } from "../../api/client";
import type { Feedback } from "../../api/types";
import { AgentSelect } from "../../components/AgentSelect";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { LinkButton, LinkText } from "../../components/links";
import { Page } from "../../components/Page";
import { useTimeZone } from "../../components/useSettings";
import { count, share } from "../../format/numbers";
import { useMay } from "../../session/session";
import { ByPersona } from "./ByPersona";
import { Corrections } from "./Corrections";
import { PersonasOf } from "./personas/Personas";
import { byDay, byPersona } from "./shares";

const SharePlot = lazy(async () => ({ default: (await import("./SharePlot")).SharePlot }));

const route = getRouteApi("/feedback");

export function FeedbackPage() {
  return (
    <Guarded needs="view_figures">
      <FeedbackReport />
    </Guarded>
  );
}

function FeedbackReport() {
  const { days = 30, agent } = route.useSearch();
  const navigate = route.useNavigate();
  const mayViewAgents = useMay("view_agents");
  const timeZone = useTimeZone();
  const feedback = useQuery({
    queryKey: ["feedback", days, agent],
    queryFn: () => body(api.GET("/api/feedback", { params: { query: { days, agent } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Feedback"
      hint={`Grades and corrections from reviewers, and the rules learned from them. Days are in ${timeZone}.`}
      actions={
        <Group gap="sm">
          <AgentSelect
            w={180}
            value={agent}
            onChange={(agentId) =>
              void navigate({ search: (now) => ({ ...now, agent: agentId }), replace: true })
            }
          />
          <SegmentedControl
            aria-label="Period"
            data={[
              { value: "7", label: "7 days" },
              { value: "30", label: "30 days" },
              { value: "90", label: "90 days" },
            ]}
            value={String(days)}
            onChange={(value) =>
              void navigate({ search: (now) => ({ ...now, days: Number(value) }), replace: true })
            }
          />
        </Group>
      }
    >
      {feedback.isPending && <Skeleton h={420} aria-label="Loading feedback" />}
      {feedback.isError && (
        <ErrorNotice
          what="Feedback could not be loaded"
          error={feedback.error}
          onRetry={() => void feedback.refetch()}
        />
      )}
      {feedback.data && <Loaded feedback={feedback.data} agent={agent} />}
      {mayViewAgents && <PersonasOf agent={agent} />}
    </Page>
  );
}

function Loaded({ feedback, agent }: { feedback: Feedback; agent: string | undefined }) {
  const { good, needs_improvement: bad, corrections, days } = feedback;
  if (good + bad + corrections.length === 0) {
    return (
      <Empty
        icon={<IconMessage2Star size={28} />}
        title="No feedback in this period"
        action={<LinkButton to="/review">Review calls</LinkButton>}
      >
        Grade calls and add corrections to see them here.
      </Empty>
    );
  }
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Card withBorder>
          <Text size="sm" c="dimmed">
            Share of good calls
          </Text>
          <Text fz={34} fw={700} className="figures">
            {feedback.share_good == null ? "—" : share(feedback.share_good)}
          </Text>
        </Card>
        <Card withBorder>
          <Text size="sm" c="dimmed">
            Good
          </Text>
          <LinkText to="/calls" search={{ grade: "good", agent }} fz={34} fw={700} className="figures">
            {count(good)}
          </LinkText>
        </Card>
        <Card withBorder>
          <Text size="sm" c="dimmed">
            Needs improvement
          </Text>
          <LinkText
            to="/calls"
            search={{ grade: "needs_improvement", agent }}
            fz={34}
            fw={700}
            className="figures"
          >
            {count(bad)}
          </LinkText>
        </Card>
      </SimpleGrid>
      {days.length > 0 && (
        <Suspense fallback={<Skeleton h={330} />}>
          <SharePlot days={byDay(days)} timeZone={feedback.time_zone} />
        </Suspense>
      )}
      {days.length > 0 && <ByPersona personas={byPersona(days)} />}
      <Corrections corrections={corrections} />
    </Stack>
  );
}
