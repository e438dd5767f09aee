import { Button, Popover, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { cloneElement, type ReactElement } from "react";

interface Props {
  question: string;
  confirm: string;
  onConfirm: () => void;
  /** The button that opens the popover. */
  children: ReactElement<{ onClick?: () => void }>;
}

/** Asks for confirmation of an action that cannot be undone. */
export function ConfirmPopover({ question, confirm, onConfirm, children }: Props) {
  const [isOpen, { toggle, close }] = useDisclosure();
  return (
    <Popover opened={isOpen} onChange={(open) => !open && close()} withArrow trapFocus position="top">
      <Popover.Target>{cloneElement(children, { onClick: toggle })}</Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text size="sm">{question}</Text>
          <Button
            size="xs"
            color="red.9"
            autoContrast={false}
            onClick={() => {
              close();
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
