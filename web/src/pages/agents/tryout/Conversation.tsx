import { Alert, Button, Collapse, Group, Paper, Stack, Switch, Text, Title } from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import { IconDialpad, IconPhoneOff, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { CallDetail } from "../../../api/types";
import { LinkButton } from "../../../components/links";
import { Keypad } from "../../../dialer/Keypad";
import { callEnding } from "../../../format/ending";
import { SayForm } from "../../../telephone/SayForm";
import { canSpeak, speak, stopSpeaking } from "../../../telephone/speech";
import { TalkLog, turnLabel } from "../../../telephone/TalkLog";
import type { LineState, TextLine } from "../../../telephone/TextLine";
import { ending, type TextCall } from "../../../telephone/textCall";
import { detailOptions } from "../../call/useCall";

interface Props {
  callId: string;
  line: TextLine;
  state: LineState;
  agentName: string;
  language: string;
  onRestart: () => void;
}

/** The test call, from ringing to its end. */
export function Conversation({ callId, line, state, agentName, language, onRestart }: Props) {
  const { call } = state;
  const [hasKeypad, keypad] = useDisclosure();
  const detail = useQuery({ ...detailOptions(callId), enabled: call.stage === "ended" });
  return (
    <Paper withBorder p="md" component="section" aria-label="The call">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            Conversation
          </Title>
          <Text size="sm" c="dimmed" role="status">
            {stageOf(call, agentName)}
          </Text>
        </Group>
        <TalkLog
          line={state}
          other={agentName}
          height={360}
          onInterrupt={line.mayInterrupt ? () => line.interrupt() : undefined}
        />
        {call.stage === "open" && call.note && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {call.note}
          </Text>
        )}
        {call.stage === "ended" ? (
          <Alert color="gray" title="Call ended" role="status">
            <Stack gap="sm">
              <Text size="sm">
                {how(call, detail.data, agentName)} The recording, transcript and summary will be ready
                shortly.
              </Text>
              <Group gap="xs">
                <Button leftSection={<IconRefresh size={16} />} onClick={onRestart}>
                  Try again
                </Button>
                <LinkButton to="/calls/$callId" params={{ callId }} search={{}}>
                  View call
                </LinkButton>
              </Group>
            </Stack>
          </Alert>
        ) : (
          <>
            {call.stage === "open" && <SayForm language={language} onSay={(words) => line.say(words)} />}
            <Group justify="space-between">
              <Group gap="xs">
                <Button
                  variant="default"
                  leftSection={<IconDialpad size={16} />}
                  aria-expanded={hasKeypad}
                  disabled={call.stage !== "open"}
                  onClick={keypad.toggle}
                >
                  Keypad
                </Button>
                <Button
                  color="red.9"
                  autoContrast={false}
                  leftSection={<IconPhoneOff size={16} />}
                  onClick={() => line.hangUp()}
                >
                  Hang up
                </Button>
              </Group>
              {canSpeak() && <ReadAloud call={call} language={language} />}
            </Group>
            <Collapse expanded={hasKeypad && call.stage === "open"} keepMounted={false}>
              <Group justify="center">
                <Keypad onPress={(key) => line.press(key)} />
              </Group>
            </Collapse>
          </>
        )}
      </Stack>
    </Paper>
  );
}

/** Reads the assistant's words aloud with the browser's speech synthesis. */
function ReadAloud({ call, language }: { call: TextCall; language: string }) {
  const [isOn, setOn] = useLocalStorage({
    key: "tryout-aloud",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const spokenCount = useRef(0);
  useEffect(() => {
    const fresh = call.lines.slice(spokenCount.current);
    spokenCount.current = call.lines.length;
    if (!isOn) return;
    for (const { who, text } of fresh) {
      if (who === "me") stopSpeaking();
      else if (who !== "note") speak(text, language);
    }
  }, [call.lines, isOn, language]);
  useEffect(() => stopSpeaking, []);
  return (
    <Switch
      label="Read aloud"
      checked={isOn}
      onChange={(event) => {
        setOn(event.currentTarget.checked);
        if (!event.currentTarget.checked) stopSpeaking();
      }}
    />
  );
}

/**
 * How the call ended. Who ended it is what the service recorded, as everywhere: the telephone knows only which side hung up,
 * and the assistant hangs up after a caller's goodbye.
 */
function how(call: TextCall, recorded: CallDetail | undefined, agentName: string): string {
  if (recorded?.ended_by) return `${callEnding({ outcome: recorded.status, ended_by: recorded.ended_by })}.`;
  const isRecordedLater = !call.note && call.outcome === "completed" && call.endedBy === "other_side";
  return isRecordedLater ? "" : ending(call, agentName);
}

function stageOf(call: TextCall, agentName: string): string {
  switch (call.stage) {
    case "connecting":
      return "Connecting…";
    case "ringing":
      return "Ringing…";
    case "open":
      return turnLabel(call, agentName);
    case "ended":
      return "Ended";
  }
}
