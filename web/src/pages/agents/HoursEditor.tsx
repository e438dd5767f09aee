import { Button, Group, Paper, Stack, Switch, Text, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import type { AgentView, Hours } from "../../api/types";
import { SearchSelect } from "../../components/SearchSelect";
import { useNow } from "../../components/useNow";
import { DayHours } from "./DayHours";
import { HoursPreview } from "./HoursPreview";
import { DAYS, defaultHours, localTime, onWeekdays, problemOfDay, wholeWeek } from "./hours";
import { useSaveHours } from "./useAgent";
import { ownZone, zoneGroups } from "./zones";

interface Props {
  agent: AgentView;
  mayEdit: boolean;
}

/** Opening hours per weekday, in the agent's time zone. */
export function HoursEditor({ agent, mayEdit }: Props) {
  const [edited, setEdited] = useState<{ hours: Hours | null } | null>(null);
  const now = useNow(30_000);
  const save = useSaveHours(agent.agent_id);
  const saved = agent.hours ?? null;
  const hours = edited ? edited.hours : saved;
  const change = (next: Hours | null) => setEdited({ hours: next });
  const isInvalid = hours !== null && DAYS.some((day) => problemOfDay(hours.days[day] ?? []) !== null);
  return (
    <Paper withBorder p="md" component="section" aria-label="Opening hours">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Opening hours
        </Title>
        <Switch
          label="Open 24/7"
          checked={hours === null}
          disabled={!mayEdit}
          onChange={(event) =>
            change(event.currentTarget.checked ? null : (saved ?? defaultHours(ownZone())))
          }
        />
        {hours && <Week hours={hours} mayEdit={mayEdit} now={now} onChange={change} />}
        {hours && !isInvalid && <HoursPreview hours={hours} now={now} />}
        {edited && (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setEdited(null)}>
              Discard
            </Button>
            <Button
              disabled={isInvalid}
              loading={save.isPending}
              onClick={() => save.mutate(hours, { onSuccess: () => setEdited(null) })}
            >
              Save hours
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

interface WeekProps {
  hours: Hours;
  mayEdit: boolean;
  now: Date;
  onChange: (hours: Hours) => void;
}

function Week({ hours, mayEdit, now, onChange }: WeekProps) {
  // UTC offsets change twice a year, so recomputing the list once a day is enough.
  const dateToday = now.toDateString();
  const groups = useMemo(
    () => zoneGroups(new Date(dateToday), hours.time_zone),
    [dateToday, hours.time_zone],
  );
  const today = DAYS[localTime(now, hours.time_zone).day];
  const week = wholeWeek(hours.days);
  return (
    <>
      <SearchSelect
        label="Time zone"
        data={groups}
        value={hours.time_zone}
        onChange={(zone) => zone && onChange({ ...hours, time_zone: zone })}
        readOnly={!mayEdit}
        maxDropdownHeight={320}
        limit={80}
        nothingFoundMessage="No matching time zone"
      />
      <div>
        {DAYS.map((day) => (
          <DayHours
            key={day}
            day={day}
            isToday={day === today}
            ranges={week[day]}
            mayEdit={mayEdit}
            onChange={(ranges) => onChange({ ...hours, days: { ...week, [day]: ranges } })}
            onWeekdays={
              day === "monday" ? () => onChange({ ...hours, days: onWeekdays(week, week.monday) }) : undefined
            }
          />
        ))}
      </div>
      <Text size="xs" c="dimmed">
        For hours past midnight, add two ranges: one until 00:00, and one from 00:00 on the next day.
      </Text>
    </>
  );
}
