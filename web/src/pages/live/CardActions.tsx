import { Button, Group } from "@mantine/core";
import {
  IconEar,
  IconEarOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconUserCheck,
  IconUserX,
} from "@tabler/icons-react";
import { useAudioTap, useAudioTapState } from "../../audioTap/AudioTapProvider";
import { useDialer } from "../../dialer/DialerProvider";
import { allowedActions, isWithAi } from "../../live/allowedActions";
import type { CallAction } from "../../live/callActions";
import type { LiveCall } from "../../live/liveCall";
import { useCallAction } from "../../live/useCallAction";
import { useMe } from "../../session/session";
import { ConfirmPopover } from "./ConfirmPopover";
import { KeypadButton } from "./KeypadButton";
import { TakeOverButton } from "./TakeOverButton";
import { TransferButton } from "./TransferButton";

/** The actions that the user can take on the call now. */
export function CardActions({ call }: { call: LiveCall }) {
  const me = useMe();
  const action = useCallAction(call.call_id);
  const dialer = useDialer();
  const listenIn = useAudioTap();
  const listening = useAudioTapState();
  const isPlayingHere = listening.callId === call.call_id && listening.stage !== "handed_over";
  const may = allowedActions(call, me.user_id, isPlayingHere);
  const busy = (what: CallAction["do"]) => action.isPending && action.variables.do === what;
  /** While the AI handles the call there is no conference to join: the page plays the audio, and the dialer stays ready. */
  const listen = () => {
    if (!isWithAi(call)) return action.mutate({ do: "listen" });
    void dialer.expectCall();
    void listenIn.start(call.call_id);
  };
  const stopListening = () => {
    if (isPlayingHere) listenIn.stop();
    action.mutate({ do: "stop_listening" });
  };
  return (
    <Group gap={6} role="group" aria-label="Actions">
      {may.answer && (
        <>
          <Button
            size="xs"
            color="teal.9"
            autoContrast={false}
            leftSection={<IconUserCheck size={16} />}
            loading={busy("answer")}
            onClick={() => action.mutate({ do: "answer", answer: "accept" })}
          >
            Accept
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconUserX size={16} />}
            onClick={() => action.mutate({ do: "answer", answer: "decline" })}
          >
            Decline
          </Button>
        </>
      )}
      {may.listen && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconEar size={16} />}
          loading={busy("listen") || (isPlayingHere && listening.stage === "connecting")}
          onClick={listen}
        >
          Listen in
        </Button>
      )}
      {may.stopListening && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconEarOff size={16} />}
          loading={busy("stop_listening")}
          onClick={stopListening}
        >
          Stop listening
        </Button>
      )}
      {may.takeOver && !may.answer && <TakeOverButton isBusy={busy("take_over")} onAction={action.mutate} />}
      {may.hold && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={busy("hold")}
          onClick={() => action.mutate({ do: "hold" })}
        >
          Hold
        </Button>
      )}
      {may.resume && (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy("resume")}
          onClick={() => action.mutate({ do: "resume" })}
        >
          Resume
        </Button>
      )}
      {may.handle && <TransferButton isBusy={busy("transfer")} onAction={action.mutate} />}
      {may.handle && <KeypadButton callId={call.call_id} />}
      {may.hangUp && (
        <ConfirmPopover
          question="End this call for all participants?"
          confirm="Hang up"
          onConfirm={() => action.mutate({ do: "hang_up" })}
        >
          <Button
            size="xs"
            variant="light"
            color="red"
            leftSection={<IconPhoneOff size={16} />}
            loading={busy("hang_up")}
          >
            Hang up
          </Button>
        </ConfirmPopover>
      )}
    </Group>
  );
}
