import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "../../../api/client";
import { Confirmation } from "../../../components/Confirmation";
import { useCallWrite } from "../useCallWrite";

/** Erases the personal data of a call. The legal ground is stored in clear text and never erased. */
export function EraseCall({ callId, onClose }: { callId: string; onClose: () => void }) {
  const [ground, setGround] = useState("");
  const erase = useCallWrite<string>(callId, {
    failure: "Personal data not erased",
    send: (ground) =>
      api.POST("/api/call-logs/{id}/erase", { params: { path: { id: callId } }, body: { ground } }),
  });
  return (
    <Confirmation
      title="Erase the personal data of this call?"
      confirm="Erase permanently"
      isBusy={erase.isPending}
      isDisabled={!ground.trim()}
      onConfirm={() => erase.mutate(ground.trim(), { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text>
        Names, phone numbers, transcripts and recordings are erased everywhere. The erasure itself stays on
        record. This cannot be undone.
      </Text>
      <TextInput
        label="Legal ground"
        description="An article of law or a request number. Stays readable, so do not enter a name."
        placeholder="GDPR Art. 17, request 2026-114"
        value={ground}
        onChange={(event) => setGround(event.currentTarget.value)}
      />
    </Confirmation>
  );
}
