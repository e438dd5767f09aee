import { Button, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDialpad, IconMicrophone, IconMicrophoneOff, IconPhone, IconPhoneOff } from "@tabler/icons-react";
import { useNow } from "../components/useNow";
import { phone as grouped } from "../format/phone";
import { duration } from "../format/time";
import { SayForm } from "../telephone/SayForm";
import { TalkLog } from "../telephone/TalkLog";
import { useDialer } from "./DialerProvider";
import { Keypad } from "./Keypad";
import type { PhoneCall } from "./telephone";

const STAGES: Record<PhoneCall["stage"], string> = {
  incoming: "Incoming call",
  connecting: "Connecting…",
  ringing: "Ringing…",
  open: "Connected",
  ended: "Call ended",
};

/** The dialer during a call, from ringing until shortly after the call ended. */
export function InCall({ call }: { call: PhoneCall }) {
  const { phone } = useDialer();
  const [hasKeypad, keypad] = useDisclosure();
  const now = useNow(call.stage === "open" ? 1_000 : null);
  return (
    <Stack align="center" gap="md" py={phone.isText ? 0 : "sm"}>
      {/* Screen readers announce an incoming caller immediately, and other changes when idle. */}
      <Stack gap={2} align="center" role={call.stage === "incoming" ? "alert" : undefined}>
        <Text fw={650} size="lg" className="figures">
          {grouped(call.with) || "Unknown"}
        </Text>
        <Text c="dimmed">
          {/* The status excludes the duration, which would be announced every second. */}
          <span role={call.stage === "incoming" ? undefined : "status"}>{STAGES[call.stage]}</span>
          {call.since !== null &&
            call.stage === "open" &&
            ` · ${duration((now.getTime() - call.since) / 1_000)}`}
        </Text>
        {call.note && (
          <Text size="sm" c="var(--mantine-color-error)" ta="center">
            {call.note}
          </Text>
        )}
      </Stack>
      {call.line && call.stage !== "connecting" && (
        <Stack w="100%" gap="xs">
          <TalkLog line={call.line} other="Remote party" height={200} />
          {call.stage === "open" && <SayForm onSay={(words) => phone.say(words)} />}
        </Stack>
      )}
      {call.stage === "open" && (
        <>
          <Group>
            {!phone.isText && (
              <Button
                variant={call.isMuted ? "filled" : "default"}
                leftSection={call.isMuted ? <IconMicrophoneOff size={16} /> : <IconMicrophone size={16} />}
                aria-pressed={call.isMuted}
                onClick={() => phone.mute(!call.isMuted)}
              >
                {call.isMuted ? "Muted" : "Mute"}
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconDialpad size={16} />}
              aria-expanded={hasKeypad}
              onClick={keypad.toggle}
            >
              Keypad
            </Button>
          </Group>
          <Collapse expanded={hasKeypad} keepMounted={false}>
            <Keypad onPress={(key) => phone.press(key)} />
          </Collapse>
        </>
      )}
      <Group>
        {call.stage === "incoming" && (
          <Button
            color="teal.9"
            autoContrast={false}
            leftSection={<IconPhone size={16} />}
            onClick={() => phone.answer()}
          >
            Answer
          </Button>
        )}
        {call.stage !== "ended" && (
          <Button
            color="red.9"
            autoContrast={false}
            leftSection={<IconPhoneOff size={16} />}
            onClick={() => phone.hangUp()}
          >
            {call.stage === "incoming" ? "Decline" : "Hang up"}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
