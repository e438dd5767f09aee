import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "../../../api/client";
import { Confirmation } from "../../../components/Confirmation";
import { useCallWrite } from "../useCallWrite";

/** Destroys the personal values of a call, on a ground that stays readable for ever. */
export function EraseCall({ callId, onClose }: { callId: string; onClose: () => void }) {
  const [ground, setGround] = useState("");
  const erase = useCallWrite<string>(callId, {
    failure: "Nothing was erased",
    send: (why) =>
      api.POST("/api/call-logs/{id}/erase", { params: { path: { id: callId } }, body: { ground: why } }),
  });
  return (
    <Confirmation
      title="Erase the personal values of this call?"
      confirm="Erase for ever"
      isBusy={erase.isPending}
      isDisabled={!ground.trim()}
      onConfirm={() => erase.mutate(ground.trim(), { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text>
        Names, numbers, words and recordings are destroyed, here and everywhere. That they were, and when,
        stays. This cannot be undone.
      </Text>
      <TextInput
        label="On what ground?"
        description="A law’s article, a request’s number; no name: it stays readable"
        placeholder="GDPR Art. 17, request 2026-114"
        value={ground}
        onChange={(event) => setGround(event.currentTarget.value)}
      />
    </Confirmation>
  );
}
