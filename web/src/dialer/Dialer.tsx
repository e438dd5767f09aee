import { ActionIcon, Affix, CloseButton, Group, Paper, Text, Tooltip } from "@mantine/core";
import { IconPhone, IconPhoneCall } from "@tabler/icons-react";
import { type KeyboardEvent, lazy, Suspense, useRef } from "react";
import { useDialer, usePhone } from "./DialerProvider";
import { useFocusInside } from "./useFocusInside";

const Idle = lazy(async () => ({ default: (await import("./Idle")).Idle }));
const InCall = lazy(async () => ({ default: (await import("./InCall")).InCall }));

/** The phone at the lower right of every page: keypad, recent calls, contacts and the active call. */
export function Dialer() {
  const dialer = useDialer();
  const { call } = usePhone();
  const dialog = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useFocusInside(dialer.isOpen, call?.stage !== "incoming", dialog, opener);
  const closeOnEscape = (event: KeyboardEvent<HTMLElement>) => {
    // Escape closes an open country list before it closes the dialer.
    const isListOpen = (event.target as HTMLElement).matches("input[aria-expanded=true]");
    if (event.key === "Escape" && !isListOpen) dialer.close();
  };
  if (!dialer.isOpen) {
    return (
      <Affix position={{ bottom: 16, right: 16 }}>
        <Tooltip label={call ? "Active call" : "Dialer"} position="left">
          <ActionIcon
            ref={opener}
            size={52}
            radius="xl"
            color={call ? "teal.9" : undefined}
            autoContrast={false}
            onClick={() => dialer.open()}
            aria-label={call ? "Show active call" : "Open dialer"}
          >
            {call ? <IconPhoneCall size={24} /> : <IconPhone size={24} />}
          </ActionIcon>
        </Tooltip>
      </Affix>
    );
  }
  return (
    <Affix position={{ bottom: 16, right: 16 }}>
      <Paper
        ref={dialog}
        tabIndex={-1}
        onKeyDown={closeOnEscape}
        withBorder
        shadow="lg"
        p="md"
        w={300}
        role="dialog"
        aria-label="Dialer"
      >
        <Group justify="space-between" mb="xs">
          <Text fw={650}>{call ? "Call" : "Dialer"}</Text>
          <CloseButton aria-label="Close dialer" onClick={dialer.close} />
        </Group>
        <Suspense fallback={null}>{call ? <InCall call={call} /> : <Idle />}</Suspense>
      </Paper>
    </Affix>
  );
}
