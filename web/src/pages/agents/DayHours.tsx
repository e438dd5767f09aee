import { ActionIcon, Button, Group, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { IconCopy, IconPlus, IconX } from "@tabler/icons-react";
import classes from "./agents.module.css";
import { type DayName, problemOfDay, withAnother, withTime } from "./hours";

interface Props {
  day: DayName;
  isToday: boolean;
  ranges: readonly string[];
  mayEdit: boolean;
  onChange: (ranges: string[]) => void;
  onWeekdays?: () => void;
}

/** The opening hours of one day. No range means closed. */
export function DayHours({ day, isToday, ranges, mayEdit, onChange, onWeekdays }: Props) {
  const name = day.charAt(0).toUpperCase() + day.slice(1);
  const problem = problemOfDay(ranges);
  const replace = (index: number, range: string) =>
    onChange(ranges.map((old, at) => (at === index ? range : old)));
  return (
    <fieldset className={classes.day}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text component="legend" size="sm" className={isToday ? classes.today : undefined}>
          {name}
        </Text>
        {ranges.length === 0 && (
          <Text size="sm" c="dimmed" flex={1}>
            Closed
          </Text>
        )}
        {mayEdit && (
          <Tooltip label="Add hours">
            <ActionIcon
              variant="subtle"
              aria-label={`Add hours on ${name}`}
              onClick={() => onChange(withAnother(ranges))}
            >
              <IconPlus size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <Stack gap={6} mt={ranges.length > 0 ? 4 : 0}>
        {ranges.map((range, index) => {
          const [from = "", to = ""] = range.split("-");
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a range has no identifier but its index
            <Group key={index} gap={6} wrap="nowrap">
              <TextInput
                type="time"
                size="xs"
                flex={1}
                aria-label={`${name}, open from`}
                value={from}
                readOnly={!mayEdit}
                onChange={(event) => replace(index, withTime(range, "from", event.currentTarget.value))}
              />
              <Text size="sm">–</Text>
              <TextInput
                type="time"
                size="xs"
                flex={1}
                aria-label={`${name}, open until`}
                value={to === "24:00" ? "00:00" : to}
                readOnly={!mayEdit}
                onChange={(event) => replace(index, withTime(range, "to", event.currentTarget.value))}
              />
              {mayEdit && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${range} on ${name}`}
                  onClick={() => onChange(ranges.filter((_, at) => at !== index))}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </Group>
          );
        })}
        {problem && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {problem}
          </Text>
        )}
        {mayEdit && onWeekdays && ranges.length > 0 && !problem && (
          <div>
            <Button
              size="compact-xs"
              variant="subtle"
              leftSection={<IconCopy size={12} />}
              onClick={onWeekdays}
            >
              Copy to all weekdays
            </Button>
          </div>
        )}
      </Stack>
    </fieldset>
  );
}
