import { ActionIcon, Checkbox, Menu, Stack } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { memo } from "react";
import { COLUMNS, type Column } from "./columns";

interface Props {
  value: Column[];
  onChange: (columns: Column[]) => void;
}

export const ColumnsMenu = memo(function ColumnsMenu({ value, onChange }: Props) {
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="Choose columns" title="Choose columns">
          <IconColumns3 size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown p="sm">
        <Checkbox.Group value={value} onChange={(columns) => onChange(columns as Column[])} label="Columns">
          <Stack gap="xs" mt="xs">
            {COLUMNS.map(({ key, label }) => (
              <Checkbox key={key} value={key} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Menu.Dropdown>
    </Menu>
  );
});
