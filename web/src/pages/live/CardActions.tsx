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
import { useDialer } from "../../dialer/DialerProvider";
import { useListenIn, useListening } from "../../listening/ListeningProvider";
import { useOrder } from "../../live/actions";
import type { LiveCall } from "../../live/fold";
import type { Order } from "../../live/orders";
import { isWithAi, possible } from "../../live/possible";
import { useMe } from "../../session/session";
import { Confirmed } from "./Confirmed";
import { KeypadButton } from "./KeypadButton";
import { TakeOverButton } from "./TakeOverButton";
import { TransferButton } from "./TransferButton";

/** What this user can do to this call now. */
export function CardActions({ call }: { call: LiveCall }) {
  const me = useMe();
  const order = useOrder(call.call_id);
  const dialer = useDialer();
  const listenIn = useListenIn();
  const listening = useListening();
  const hears = listening.callId === call.call_id && listening.stage !== "handed_over";
  const may = possible(call, me.user_id, hears);
  const busy = (what: Order["do"]) => order.isPending && order.variables.do === what;
  /** No conference is there to be heard while the AI speaks: the sound comes to this page, and the telephone waits. */
  const listen = () => {
    if (!isWithAi(call)) return order.mutate({ do: "listen" });
    void dialer.expectCall();
    void listenIn.start(call.call_id);
  };
  const stopListening = () => {
    if (hears) listenIn.stop();
    order.mutate({ do: "stop_listening" });
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
            onClick={() => order.mutate({ do: "answer", answer: "accept" })}
          >
            Accept
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconUserX size={16} />}
            onClick={() => order.mutate({ do: "answer", answer: "decline" })}
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
          loading={busy("listen") || (hears && listening.stage === "connecting")}
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
      {may.takeOver && !may.answer && <TakeOverButton isBusy={busy("take_over")} onOrder={order.mutate} />}
      {may.hold && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={busy("hold")}
          onClick={() => order.mutate({ do: "hold" })}
        >
          Hold
        </Button>
      )}
      {may.resume && (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy("resume")}
          onClick={() => order.mutate({ do: "resume" })}
        >
          Resume
        </Button>
      )}
      {may.handle && <TransferButton isBusy={busy("transfer")} onOrder={order.mutate} />}
      {may.handle && <KeypadButton callId={call.call_id} />}
      {may.hangUp && (
        <Confirmed
          question="End this call for everybody on it?"
          confirm="Hang up"
          onConfirm={() => order.mutate({ do: "hang_up" })}
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
        </Confirmed>
      )}
    </Group>
  );
}
