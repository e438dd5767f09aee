import { Alert } from "@mantine/core";
import { IconArrowsExchange, IconMoodSad, IconPhoneCall, IconTrashX } from "@tabler/icons-react";
import type { CallDetail } from "../../api/types";
import { LinkText } from "../../components/links";
import { usePeople } from "../../components/usePeople";
import { phone } from "../../format/phone";

/** What a reader must know before anything else: the call goes on, changed hands, or was erased. */
export function PhaseBanner({ call }: { call: CallDetail }) {
  const nameOf = usePeople();
  if (call.erased) {
    return (
      <Alert color="red" icon={<IconTrashX />} title="Erased">
        The personal values of this call were destroyed. What happened is still here, without names, numbers
        and words.
      </Alert>
    );
  }
  if (!call.ended_at && /^(started|ringing|in_progress)$/.test(call.status)) {
    return (
      <Alert color="indigo" icon={<IconPhoneCall />} title="This call goes on now">
        What is said appears here as it is understood. To take part, go to{" "}
        <LinkText to="/live">Live</LinkText>.
      </Alert>
    );
  }
  const hands: string[] = [];
  if (call.taken_over_by) hands.push(`${nameOf(call.taken_over_by)} took over from the AI`);
  if (call.transferred)
    hands.push(`it was transferred${call.transferred_to ? ` to ${phone(call.transferred_to)}` : ""}`);
  if (hands.length > 0) {
    const text = hands.join(", then ");
    return (
      <Alert color="teal" icon={<IconArrowsExchange />} title="This call changed hands">
        {text.charAt(0).toUpperCase() + text.slice(1)}. What the AI and what people said is recorded and
        written down separately.
      </Alert>
    );
  }
  if (call.escalated) {
    return (
      <Alert color="orange" icon={<IconMoodSad />} title="A person was wanted">
        A rule asked for a person in this call, and nobody took over.
      </Alert>
    );
  }
  return null;
}
