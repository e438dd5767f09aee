import { Alert } from "@mantine/core";
import { IconArrowsExchange, IconMoodSad, IconPhoneCall, IconTrashX } from "@tabler/icons-react";
import type { CallDetail } from "../../api/types";
import { LinkText } from "../../components/links";
import { useUserName } from "../../components/useUsers";
import { phone } from "../../format/phone";

/** A banner for a call that is in progress, was handed over, escalated or erased. */
export function PhaseBanner({ call }: { call: CallDetail }) {
  const nameOf = useUserName();
  if (call.erased) {
    return (
      <Alert color="red" icon={<IconTrashX />} title="Erased">
        The personal data of this call was erased. Its events are kept, without names, phone numbers or
        transcripts.
      </Alert>
    );
  }
  if (!call.ended_at && /^(started|ringing|in_progress)$/.test(call.status)) {
    return (
      <Alert color="indigo" icon={<IconPhoneCall />} title="Call in progress">
        {call.taken_over_by
          ? "Words are not transcribed while a team member speaks. After the call, the transcript of the recording appears here."
          : "The transcript is updated live."}{" "}
        To listen in or take over, go to <LinkText to="/live">Live</LinkText>.
      </Alert>
    );
  }
  const handovers: string[] = [];
  if (call.taken_over_by) handovers.push(`${nameOf(call.taken_over_by)} took over from the assistant`);
  if (call.transferred)
    handovers.push(
      `the call was transferred${call.transferred_to ? ` to ${phone(call.transferred_to)}` : ""}`,
    );
  if (handovers.length > 0) {
    const text = handovers.join(", then ");
    return (
      <Alert color="teal" icon={<IconArrowsExchange />} title="Call handed over">
        {text.charAt(0).toUpperCase() + text.slice(1)}. The assistant’s and the team member’s parts are
        recorded and transcribed separately.
      </Alert>
    );
  }
  if (call.escalated) {
    return (
      <Alert color="orange" icon={<IconMoodSad />} title="Team member requested">
        An escalation rule requested a team member, but the call was not taken over.
      </Alert>
    );
  }
  return null;
}
