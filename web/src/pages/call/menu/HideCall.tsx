import { Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, writeResponse } from "../../../api/client";
import { Confirmation } from "../../../components/Confirmation";
import { notifyError, notifySuccess } from "../../../components/notify";

/** Hides a call from lists. `DELETE` on the API hides, too: the ledger deletes no events. */
export function HideCall({ callId, onClose }: { callId: string; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const hide = useMutation({
    mutationFn: () => writeResponse(api.DELETE("/api/call-logs/{id}", { params: { path: { id: callId } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["calls"] });
      notifySuccess("Call hidden from lists.");
      await navigate({ to: "/calls" });
    },
    onError: (error) => notifyError("Call not hidden", error),
  });
  return (
    <Confirmation
      title="Hide this call from lists?"
      confirm="Hide"
      isBusy={hide.isPending}
      onConfirm={() => hide.mutate()}
      onClose={onClose}
    >
      <Text>
        The call no longer appears in lists and counts. Its history is kept, and a direct link still opens it.
      </Text>
    </Confirmation>
  );
}
