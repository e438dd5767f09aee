import { Badge, Button, Group, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { memo } from "react";
import { count } from "../../format/numbers";
import { type CallsSearch, FILTERS, type Filter, MORE_FILTERS } from "./search";

interface Props {
  value: Filter;
  counts: Record<string, number> | undefined;
  /** Must be a stable function; the component is memoized. */
  onNarrow: (change: CallsSearch) => void;
}

/** The filters with their call counts; less common ones are in the “More” menu. */
export const FilterBar = memo(function FilterBar({ value, counts, onNarrow }: Props) {
  const choose = (filter: Filter) => onNarrow({ filter: filter === "all" ? undefined : filter });
  const chosen = MORE_FILTERS.find((filter) => filter.value === value);
  const shown = chosen ? [...FILTERS, chosen] : FILTERS;
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
            onClick={() => choose(filter.value)}
            rightSection={calls === undefined ? undefined : <Calls count={calls} isOn={isOn} />}
          >
            {filter.label}
          </Button>
        );
      })}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            size="compact-md"
            radius="xl"
            fw={500}
            variant="default"
            rightSection={<IconChevronDown size={14} />}
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {MORE_FILTERS.filter((filter) => filter !== chosen).map((filter) => {
            const calls = counts?.[filter.value];
            return (
              <Menu.Item
                key={filter.value}
                onClick={() => choose(filter.value)}
                rightSection={calls === undefined ? undefined : <Calls count={calls} isOn={false} />}
              >
                {filter.label}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
});

function Calls({ count: calls, isOn }: { count: number; isOn: boolean }) {
  return (
    <Badge size="sm" variant={isOn ? "white" : "light"} color={isOn ? "indigo" : "gray"} className="figures">
      {count(calls)}
    </Badge>
  );
}
