import { Badge, Button, Group } from "@mantine/core";
import { count } from "../../format/numbers";
import { FILTERS, type Filter, MISSED } from "./search";

interface Props {
  value: Filter;
  counts: Record<string, number> | undefined;
  onChange: (filter: Filter) => void;
}

/** The seven filters, each with the number of calls that it holds. */
export function FilterBar({ value, counts, onChange }: Props) {
  const shown = value === MISSED.value ? [...FILTERS, MISSED] : FILTERS;
  return (
    <Group gap={6} role="group" aria-label="Filters">
      {shown.map((filter) => {
        const isOn = filter.value === value;
        const calls = counts?.[filter.value];
        return (
          <Button
            key={filter.value}
            size="compact-md"
            radius="xl"
            fw={500}
            variant={isOn ? "filled" : "default"}
            aria-pressed={isOn}
            onClick={() => onChange(filter.value)}
            rightSection={
              calls === undefined ? undefined : (
                <Badge
                  size="sm"
                  variant={isOn ? "white" : "light"}
                  color={isOn ? "indigo" : "gray"}
                  className="figures"
                >
                  {count(calls)}
                </Badge>
              )
            }
          >
            {filter.label}
          </Button>
        );
      })}
    </Group>
  );
}
