import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../../api/client";
import type { ProjectionStatus } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { notifyError } from "../../components/notify";
import { words } from "../../format/words";
import { useMay } from "../../session/session";
import { Difference } from "./Difference";
import { PROJECTIONS } from "./key";
import { RebuildProgressBar } from "./RebuildProgressBar";
import { readReport } from "./report";

interface Props {
  model: ProjectionStatus;
  onClose: () => void;
}

/** Rebuilds a read model beside the current rows, shows the difference, and switches on request. */
export function RebuildModal({ model, onClose }: Props) {
  const client = useQueryClient();
  const maySwitch = useMay("rebuild");
  const [requested, setRequested] = useState<{ dryRun: boolean; before: string } | null>(null);
  const rebuild = useMutation({
    mutationFn: (dryRun: boolean) =>
      body(
        api.POST("/api/projections/{name}/rebuild", {
          params: { path: { name: model.name }, query: { dry_run: dryRun } },
        }),
      ),
    onMutate: (dryRun) => setRequested({ dryRun, before: JSON.stringify(model.last_rebuild ?? null) }),
    onSuccess: () => client.invalidateQueries({ queryKey: PROJECTIONS }),
    onError: (error) => {
      setRequested(null);
      notifyError("Rebuild not started", error);
    },
  });
  const report = readReport(model.last_rebuild);
  const isNew = requested !== null && JSON.stringify(model.last_rebuild ?? null) !== requested.before;
  // The request returns immediately; the rebuild runs until `last_rebuild` changes.
  const isRunning = Boolean(model.rebuild) || (requested !== null && !isNew);
  return (
    <Modal opened onClose={onClose} title={`Rebuild ${words(model.name)}`} size="lg">
      <Stack>
        <Text size="sm">
          A rebuild reads all events again and writes a second set of rows. Both sets are compared row by row.
          The current rows stay in use until the switch, which replaces them instantly.
        </Text>
        {isRunning &&
          (model.rebuild ? (
            <RebuildProgressBar progress={model.rebuild} />
          ) : (
            <Text size="sm" c="dimmed" role="status">
              Rebuilding…
            </Text>
          ))}
        {!isRunning && report && "error" in report && (
          <ErrorNotice
            what="The last rebuild failed. The rows are unchanged"
            error={new Error(report.error)}
          />
        )}
        {!isRunning && report && !("error" in report) && <Difference report={report} isNew={isNew} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button variant="light" disabled={isRunning} onClick={() => rebuild.mutate(true)}>
            Compare only
          </Button>
          {maySwitch && (
            <Button disabled={isRunning} onClick={() => rebuild.mutate(false)}>
              Rebuild and switch
            </Button>
          )}
        </Group>
        {!maySwitch && (
          <Text size="sm" c="dimmed">
            All tenants share the rows, so only an operator of the installation switches them.
          </Text>
        )}
      </Stack>
    </Modal>
  );
}
