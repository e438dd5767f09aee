import { SimpleGrid, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, body } from "../../api/client";
import type { ProjectionStatus } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { Page } from "../../components/Page";
import { useFeedReader } from "../../feed/FeedProvider";
import { type FeedMessage, isEvent } from "../../feed/messages";
import { PROJECTIONS } from "./key";
import { ModelCard } from "./ModelCard";
import { QuarantinedWebhooks } from "./QuarantinedWebhooks";

/** In milliseconds. */
const REFRESH_INTERVAL = 3_000;

export function ProjectionsPage() {
  return (
    <Guarded needs="view_projections">
      <Projections />
    </Guarded>
  );
}

function Projections() {
  const client = useQueryClient();
  const models = useQuery({
    queryKey: PROJECTIONS,
    queryFn: () => body(api.GET("/api/projections")),
    refetchInterval: REFRESH_INTERVAL,
  });
  // The feed sends progress twice a second. After the end of a rebuild, its result is fetched.
  const read = useCallback(
    (message: FeedMessage) => {
      if (isEvent(message) || message.type !== "rebuild") return;
      const { name, progress } = message;
      if (!progress) return void client.invalidateQueries({ queryKey: PROJECTIONS });
      client.setQueryData<ProjectionStatus[]>(PROJECTIONS, (all) =>
        all?.map((model) => (model.name === name ? { ...model, rebuild: progress } : model)),
      );
    },
    [client],
  );
  useFeedReader(read);
  return (
    <Page
      title="Projections"
      hint="Read models built from the event log. Each can be rebuilt while it serves queries."
    >
      {models.isPending && (
        <SimpleGrid cols={{ base: 1, md: 2 }} aria-busy="true" aria-label="Loading read models">
          <Skeleton h={190} />
          <Skeleton h={190} />
        </SimpleGrid>
      )}
      {models.isError && (
        <ErrorNotice
          what="Read models could not be loaded"
          error={models.error}
          onRetry={() => void models.refetch()}
        />
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {models.data?.map((model) => (
          <ModelCard key={model.name} model={model} />
        ))}
      </SimpleGrid>
      <QuarantinedWebhooks />
    </Page>
  );
}
