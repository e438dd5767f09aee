import { SimpleGrid, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, body } from "../../api/client";
import type { ProjectionStatus } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { useFeedReader } from "../../feed/FeedProvider";
import { type FeedMessage, isEvent } from "../../feed/messages";
import { PROJECTIONS } from "./key";
import { ModelCard } from "./ModelCard";
import { Unrouted } from "./Unrouted";

/** How often the figures are asked for, in milliseconds. */
const EACH = 3_000;

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
    refetchInterval: EACH,
  });
  // Progress comes twice a second over the feed; the end of a rebuild is asked for, with what it came to.
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
      hint="What readers ask, built from the log. Each can be built again while readers read."
    >
      {models.isPending && (
        <SimpleGrid cols={{ base: 1, md: 2 }} aria-busy="true" aria-label="Loading read models">
          <Skeleton h={190} />
          <Skeleton h={190} />
        </SimpleGrid>
      )}
      {models.isError && (
        <ErrorNotice
          what="The read models could not be asked"
          error={models.error}
          onRetry={() => void models.refetch()}
        />
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {models.data?.map((model) => (
          <ModelCard key={model.name} model={model} />
        ))}
      </SimpleGrid>
      <Unrouted />
    </Page>
  );
}
