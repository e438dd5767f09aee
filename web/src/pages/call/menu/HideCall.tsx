import { Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, written } from "../../../api/client";
import { Confirmation } from "../../../components/Confirmation";
import { tellDone, tellProblem } from "../../../components/notify";

/** Leaves a call out of lists: what "delete" does in a ledger. */
export function HideCall({ callId, onClose }: { callId: string; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const hide = useMutation({
    mutationFn: () => written(api.DELETE("/api/call-logs/{id}", { params: { path: { id: callId } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["calls"] });
      tellDone("The call is left out of lists.");
      await navigate({ to: "/calls" });
    },
    onError: (error) => tellProblem("The call is still in lists", error),
  });
  return (
    <Confirmation
      title="Leave this call out of lists?"
      confirm="Leave it out"
      isBusy={hide.isPending}
      onConfirm={() => hide.mutate()}
      onClose={onClose}
    >
      <Text>
        It no longer appears in lists and counts. Its history stays in the ledger, and its address still opens
        it.
      </Text>
    </Confirmation>
  );
}
