import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, body } from "../../api/client";
import { notifyError, notifySuccess } from "../../components/notify";
import { SearchSelect } from "../../components/SearchSelect";
import { Timestamp } from "../../components/Timestamp";
import { SETTINGS, useSettings } from "../../components/useSettings";
import { useUserName } from "../../components/useUsers";
import { zoneGroups } from "../agents/zones";

/** The time zone in which the dashboard and the feedback count days. */
export function TimeZoneForm() {
  const settings = useSettings();
  const client = useQueryClient();
  const nameOf = useUserName();
  const [chosen, setChosen] = useState<string | null>(null);
  const saved = settings.data?.time_zone ?? "UTC";
  const value = chosen ?? saved;
  const groups = useMemo(() => zoneGroups(new Date(), saved), [saved]);
  const save = useMutation({
    mutationFn: () => body(api.PUT("/api/settings", { body: { time_zone: value } })),
    onSuccess: (changed) => {
      client.setQueryData(SETTINGS, changed);
      for (const key of ["stats", "feedback", "calls"]) void client.invalidateQueries({ queryKey: [key] });
      setChosen(null);
      notifySuccess("Time zone saved.");
    },
    onError: (error) => notifyError("Time zone not saved", error),
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Time zone">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            Time zone
          </Title>
          <SearchSelect
            label="Time zone of your days"
            description="Dashboard, feedback and date filters count days in this zone, past days included. Opening hours have their own zone."
            data={groups}
            value={value}
            onChange={(zone) => setChosen(zone)}
            disabled={settings.isPending}
            maxDropdownHeight={320}
            limit={80}
            nothingFoundMessage="No matching time zone"
          />
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {settings.data?.changed_at && (
                <>
                  Changed by {nameOf(settings.data.changed_by)}, <Timestamp at={settings.data.changed_at} />
                </>
              )}
            </Text>
            <Button type="submit" disabled={value === saved} loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
