import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../../api/client";
import type { ProjectionStatus } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { tellProblem } from "../../components/notify";
import { words } from "../../format/words";
import { Difference } from "./Difference";
import { PROJECTIONS } from "./key";
import { RebuildProgressBar } from "./RebuildProgressBar";
import { readReport } from "./report";

interface Props {
  model: ProjectionStatus;
  onClose: () => void;
}

/** First the difference, then the switch: the new rows are made beside the old, which readers go on reading. */
export function RebuildModal({ model, onClose }: Props) {
  const client = useQueryClient();
  const [ordered, setOrdered] = useState<{ dryRun: boolean; before: string } | null>(null);
  const rebuild = useMutation({
    mutationFn: (dryRun: boolean) =>
      body(
        api.POST("/api/projections/{name}/rebuild", {
          params: { path: { name: model.name }, query: { dry_run: dryRun } },
        }),
      ),
    onMutate: (dryRun) => setOrdered({ dryRun, before: JSON.stringify(model.last_rebuild ?? null) }),
    onSuccess: () => client.invalidateQueries({ queryKey: PROJECTIONS }),
    onError: (error) => {
      setOrdered(null);
      tellProblem("The rebuild did not begin", error);
    },
  });
  const report = readReport(model.last_rebuild);
  const isNew = ordered !== null && JSON.stringify(model.last_rebuild ?? null) !== ordered.before;
  // The request is answered at once: the rebuild goes on until another outcome is told.
  const isRunning = Boolean(model.rebuild) || (ordered !== null && !isNew);
  return (
    <Modal opened onClose={onClose} title={`Rebuild ${words(model.name)}`} size="lg">
      <Stack>
        <Text size="sm">
          All events are read again from the first on, and a second set of rows is made beside the one that
          readers read. The two are compared, row by row. Only the switch replaces the old rows, in a moment.
        </Text>
        {isRunning &&
          (model.rebuild ? (
            <RebuildProgressBar progress={model.rebuild} />
          ) : (
            <Text size="sm" c="dimmed" role="status">
              Under way…
            </Text>
          ))}
        {!isRunning && report && "error" in report && (
          <ErrorNotice
            what="The last rebuild failed; the rows are as they were"
            error={new Error(report.error)}
          />
        )}
        {!isRunning && report && !("error" in report) && <Difference report={report} isNew={isNew} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button variant="light" disabled={isRunning} onClick={() => rebuild.mutate(true)}>
            Show the difference
          </Button>
          <Button disabled={isRunning} onClick={() => rebuild.mutate(false)}>
            Rebuild and switch
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
