import { Button, Popover, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDialpad } from "@tabler/icons-react";
import { useState } from "react";
import { Keypad } from "../../dialer/Keypad";
import { useSendDigits } from "../../live/useCallAction";

/** Sends keypad tones into the call. */
export function KeypadButton({ callId }: { callId: string }) {
  const digits = useSendDigits(callId);
  const [isOpen, { toggle, close }] = useDisclosure();
  const [sent, setSent] = useState("");
  const press = (key: string) => {
    setSent((before) => before + key);
    digits.mutate(key);
  };
  return (
    <Popover opened={isOpen} onChange={(open) => !open && close()} withArrow trapFocus position="top">
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDialpad size={16} />}
          onClick={toggle}
          loading={digits.isPending && !isOpen}
        >
          Keypad
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs" align="center">
          <Text size="sm" className="figures" mih={20} aria-live="polite">
            {sent || "Keys are sent immediately"}
          </Text>
          <Keypad onPress={press} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
