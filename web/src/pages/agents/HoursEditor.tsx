import { Button, Group, Paper, Stack, Switch, Text, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import type { AgentView, Hours } from "../../api/types";
import { SearchSelect } from "../../components/SearchSelect";
import { useNow } from "../../components/useNow";
import { DayHours } from "./DayHours";
import { HoursPreview } from "./HoursPreview";
import { DAYS, localTime, onWeekdays, problemOfDay, usualHours, wholeWeek } from "./hours";
import { useSaveHours } from "./useAgent";
import { ownZone, zoneGroups } from "./zones";

interface Props {
  agent: AgentView;
  mayEdit: boolean;
}

/** When the agent answers: per day, in a time zone. */
export function HoursEditor({ agent, mayEdit }: Props) {
  const [edited, setEdited] = useState<{ hours: Hours | null } | null>(null);
  const now = useNow(30_000);
  const save = useSaveHours(agent.agent_id);
  const saved = agent.hours ?? null;
  const hours = edited ? edited.hours : saved;
  const change = (wanted: Hours | null) => setEdited({ hours: wanted });
  const isBroken = hours !== null && DAYS.some((day) => problemOfDay(hours.days[day] ?? []) !== null);
  return (
    <Paper withBorder p="md" component="section" aria-label="Hours">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Hours
        </Title>
        <Switch
          label="Answers at any hour"
          checked={hours === null}
          disabled={!mayEdit}
          onChange={(event) => change(event.currentTarget.checked ? null : (saved ?? usualHours(ownZone())))}
        />
        {hours && <Week hours={hours} mayEdit={mayEdit} now={now} onChange={change} />}
        {hours && !isBroken && <HoursPreview hours={hours} now={now} />}
        {edited && (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setEdited(null)}>
              Discard
            </Button>
            <Button
              disabled={isBroken}
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
  // Offsets change twice a year: a list of the day is good enough.
  const dayOfNow = now.toDateString();
  const groups = useMemo(() => zoneGroups(new Date(dayOfNow), hours.time_zone), [dayOfNow, hours.time_zone]);
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
        nothingFoundMessage="No such zone"
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
        What lasts past midnight is two times: one until 00:00, and one from 00:00 on the next day.
      </Text>
    </>
  );
}
