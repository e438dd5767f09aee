import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  children: ReactNode;
  confirm: string;
  cancel?: string;
  /** Red by default; pass another color when nothing is deleted. */
  color?: string;
  isBusy: boolean;
  isDisabled?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before a destructive action. The focus starts on the cancel button. */
export function Confirmation({
  title,
  children,
  confirm,
  cancel = "Cancel",
  color = "red.9",
  isBusy,
  isDisabled,
  onConfirm,
  onClose,
}: Props) {
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel}
          </Button>
          <Button
            color={color}
            autoContrast={false}
            loading={isBusy}
            disabled={isDisabled}
            onClick={onConfirm}
          >
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
