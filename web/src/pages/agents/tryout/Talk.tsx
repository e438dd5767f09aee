import { Alert, Button, Collapse, Group, Paper, Stack, Switch, Text, Title } from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import { IconDialpad, IconPhoneOff, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { LinkButton } from "../../../components/links";
import { Keypad } from "../../../dialer/Keypad";
import { ending, type TypedCall } from "../../../telephone/fold";
import { SayForm } from "../../../telephone/SayForm";
import { canSpeak, speak, speakNoMore } from "../../../telephone/speech";
import { TalkLog, turnOf } from "../../../telephone/TalkLog";
import type { LineState, TypedLine } from "../../../telephone/TypedLine";

interface Props {
  callId: string;
  line: TypedLine;
  state: LineState;
  agentName: string;
  language: string;
  onAgain: () => void;
}

/** The call with the agent, from its first ring to its end. */
export function Talk({ callId, line, state, agentName, language, onAgain }: Props) {
  const { call } = state;
  const [hasKeypad, keypad] = useDisclosure();
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
          <Alert color="gray" title="The call has ended" role="status">
            <Stack gap="sm">
              <Text size="sm">
                {ending(call, agentName)} Its recording, transcript and summary follow in a moment.
              </Text>
              <Group gap="xs">
                <Button leftSection={<IconRefresh size={16} />} onClick={onAgain}>
                  Try again
                </Button>
                <LinkButton to="/calls/$callId" params={{ callId }} search={{}}>
                  To the call
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
              {canSpeak() && <Aloud call={call} language={language} />}
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

/** Has the browser say what is heard, for who likes to listen. */
function Aloud({ call, language }: { call: TypedCall; language: string }) {
  const [isOn, setOn] = useLocalStorage({
    key: "tryout-aloud",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const told = useRef(0);
  useEffect(() => {
    const fresh = call.spoken.slice(told.current);
    told.current = call.spoken.length;
    if (!isOn) return;
    for (const { who, text } of fresh) {
      if (who === "me") speakNoMore();
      else if (who !== "note") speak(text, language);
    }
  }, [call.spoken, isOn, language]);
  useEffect(() => speakNoMore, []);
  return (
    <Switch
      label="Read aloud"
      checked={isOn}
      onChange={(event) => {
        setOn(event.currentTarget.checked);
        if (!event.currentTarget.checked) speakNoMore();
      }}
    />
  );
}

function stageOf(call: TypedCall, agentName: string): string {
  switch (call.stage) {
    case "connecting":
      return "Connecting…";
    case "ringing":
      return "Ringing…";
    case "open":
      return turnOf(call, agentName);
    case "ended":
      return "Ended";
  }
}
