import { Badge, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, writeResponse } from "../../api/client";
import type { ContactView } from "../../api/types";
import { Confirmation } from "../../components/Confirmation";
import { notifyError, notifySuccess } from "../../components/notify";
import { isCallable } from "../../format/phone";
import { useMay } from "../../session/session";

/** Asks for confirmation, then puts the number of a contact on the do-not-call list, or takes it off. */
export function ChangeSuppression({ contact, onClose }: { contact: ContactView; onClose: () => void }) {
  const client = useQueryClient();
  const { suppression, phone } = contact;
  const change = useMutation({
    mutationFn: async () => {
      if (suppression) {
        const path = { id: suppression.suppression_id };
        await writeResponse(api.DELETE("/api/suppressions/{id}", { params: { path } }));
      } else {
        await writeResponse(api.POST("/api/suppressions", { body: { number: phone ?? "" } }));
      }
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["contacts"] });
      await client.invalidateQueries({ queryKey: ["suppression"] });
      notifySuccess(
        suppression ? "Calls to this number are allowed again." : "Number added to the do-not-call list.",
      );
      onClose();
    },
    onError: (error) => notifyError("Do-not-call list not changed", error),
  });
  const title = suppression ? "Allow calls to this number again?" : "Never call this number again?";
  return (
    <Confirmation
      title={title}
      confirm={suppression ? "Allow calls" : "Do not call"}
      isBusy={change.isPending}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      <Text>
        {suppression
          ? "Only with a new consent of the person. The earlier wish stays in the history."
          : "No call to this number is placed any more, by any team member or assistant. Only an admin can undo this."}
      </Text>
    </Confirmation>
  );
}

/** Whether the number is on the do-not-call list; false until that is known. */
export function useIsSuppressed(number: string | null): boolean {
  const may = useMay("view_contacts");
  const checked = useQuery({
    queryKey: ["suppression", number],
    queryFn: () => body(api.POST("/api/suppressions/check", { body: { number: number ?? "" } })),
    enabled: may && isCallable(number),
  });
  return checked.data?.suppressed ?? false;
}

/** Shown for a number on the do-not-call list. */
export function DoNotCallBadge() {
  return (
    <Badge color="red" variant="light" size="sm">
      Do not call
    </Badge>
  );
}
