import { Grid, Skeleton, Stack, Tabs, Text } from "@mantine/core";
import { IconMessages, IconTimeline } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { ApiProblem } from "../../api/problem";
import type { CallDetail } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { useMay } from "../../session/session";
import { NotFound } from "../../shell/NotFound";
import { AudioProvider } from "./audio/AudioProvider";
import { turnOffsets } from "./audio/offsets";
import { CallHeader } from "./CallHeader";
import { Collected } from "./facts/Collected";
import { Costs } from "./facts/Costs";
import { Details } from "./facts/Details";
import { Participants } from "./facts/Participants";
import { Summary } from "./facts/Summary";
import { PhaseBanner } from "./PhaseBanner";
import { ReviewPanel } from "./review/ReviewPanel";
import { Timeline } from "./timeline/Timeline";
import { PhaseSection } from "./transcript/PhaseSection";
import { byPhase } from "./transcript/transcripts";
import { useDetail, useHistory, useTranscript } from "./useCall";

const route = getRouteApi("/calls/$callId");

export function CallPage() {
  const { callId } = route.useParams();
  return (
    <Guarded needs="view_calls">
      {/* The key resets all state when the call changes. */}
      <AudioProvider key={callId}>
        <OneCall callId={callId} />
      </AudioProvider>
    </Guarded>
  );
}

function OneCall({ callId }: { callId: string }) {
  const call = useDetail(callId);
  const { tab, version } = route.useSearch();
  const navigate = route.useNavigate();
  if (call.isPending) return <Loading />;
  if (call.isLoadingError) {
    if (call.error instanceof ApiProblem && call.error.status === 404) return <NotFound what="Call" />;
    return (
      <ErrorNotice
        what="The call could not be loaded"
        error={call.error}
        onRetry={() => void call.refetch()}
      />
    );
  }
  const toVersion = (version: number | undefined) =>
    void navigate({ search: (now) => ({ ...now, version }), replace: true });
  return (
    <Stack>
      {call.isError && (
        <ErrorNotice
          what="The call could not be loaded"
          error={call.error}
          onRetry={() => void call.refetch()}
        />
      )}
      <CallHeader call={call.data} />
      <PhaseBanner call={call.data} />
      <Tabs
        value={tab ?? "conversation"}
        onChange={(value) =>
          void navigate({
            search: { tab: value === "conversation" ? undefined : (value ?? undefined) },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="conversation" leftSection={<IconMessages size={16} />}>
            Conversation
          </Tabs.Tab>
          <Tabs.Tab value="timeline" leftSection={<IconTimeline size={16} />}>
            Timeline
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="conversation">
          <Conversation call={call.data} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <Timeline
            callId={callId}
            recordings={playable(call.data)}
            version={version}
            onVersion={toVersion}
          />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Conversation({ call }: { call: CallDetail }) {
  const transcript = useTranscript(call.call_id);
  const history = useHistory(call.call_id);
  const mayReview = useMay("review_calls");
  const [turn, setTurn] = useState<number | undefined>();
  const input = useRef<HTMLTextAreaElement>(null);
  const offsets = useMemo(() => turnOffsets(history.data?.events ?? []), [history.data]);
  const phases = byPhase(transcript.data ?? [], playable(call));
  const correct = (turn: number) => {
    setTurn(turn);
    input.current?.focus();
    input.current?.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <Summary call={call} />
          {transcript.isPending && <Skeleton h={320} aria-label="Loading the transcript" />}
          {transcript.isError && (
            <ErrorNotice
              what="The transcript could not be loaded"
              error={transcript.error}
              onRetry={() => void transcript.refetch()}
            />
          )}
          {transcript.data && phases.length === 0 && (
            <Text c="dimmed">This call has no transcript and no recording.</Text>
          )}
          {transcript.data &&
            phases.map((phase) => (
              <PhaseSection
                key={phase.phase}
                callId={call.call_id}
                phaseOfCall={phase}
                turnOffsets={offsets}
                corrections={call.corrections}
                onCorrect={mayReview ? correct : undefined}
              />
            ))}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <ReviewPanel call={call} turn={turn} onWholeCall={() => setTurn(undefined)} input={input} />
          <Collected call={call} />
          <Details call={call} />
          <Participants call={call} />
          <Costs events={history.data?.events ?? []} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Loading() {
  return (
    <Stack aria-busy="true" aria-label="Loading the call">
      <Skeleton h={44} w={280} />
      <Skeleton h={40} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Skeleton h={420} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Skeleton h={420} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** The recordings of a call. Those of an erased call are deleted or about to be, and cannot be played. */
function playable(call: CallDetail) {
  return call.erased ? [] : call.recordings;
}
