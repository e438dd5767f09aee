import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconEyeOff, IconFileText, IconPencil, IconRefresh, IconTrashX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../../../api/client";
import type { CallDetail } from "../../../api/types";
import { notifyError, notifySuccess } from "../../../components/notify";
import { useMay } from "../../../session/session";
import { EditDetails } from "./EditDetails";
import { EraseCall } from "./EraseCall";
import { HideCall } from "./HideCall";

type Dialog = "edit" | "hide" | "erase" | null;

/** The less frequent actions on a call. */
export function CallMenu({ call }: { call: CallDetail }) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const mayReview = useMay("review_calls");
  const mayErase = useMay("erase");
  const transcribe = useMutation({
    mutationFn: () => body(api.POST("/twilio/transcribe/{id}", { params: { path: { id: call.call_id } } })),
    onSuccess: () => notifySuccess("Transcription started. The new transcript will appear here."),
    onError: (error) => notifyError("Transcription not started", error),
  });
  const retry = useMutation({
    mutationFn: () => body(api.POST("/api/call-logs/{id}/retry", { params: { path: { id: call.call_id } } })),
    onSuccess: () => notifySuccess("Trying again. The result will appear here."),
    onError: (error) => notifyError("Not tried again", error),
  });
  if (!mayReview) return null;
  const close = () => setDialog(null);
  const isIncomplete =
    call.recordings.some(({ state }) => state === "unavailable") || (call.ended_at !== null && !call.summary);
  const hasRecording = call.recordings.some(({ state }) => state === "archived");
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!call.erased && (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog("edit")}>
              Edit name, number and notes
            </Menu.Item>
          )}
          {hasRecording && !call.erased && (
            <Menu.Item leftSection={<IconFileText size={16} />} onClick={() => transcribe.mutate()}>
              Transcribe again
            </Menu.Item>
          )}
          {isIncomplete && !call.erased && (
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => retry.mutate()}>
              Try failed steps again
            </Menu.Item>
          )}
          {!call.hidden && (
            <Menu.Item leftSection={<IconEyeOff size={16} />} onClick={() => setDialog("hide")}>
              Hide from lists
            </Menu.Item>
          )}
          {mayErase && !call.erased && (
            <Menu.Item
              c="var(--mantine-color-error)"
              leftSection={<IconTrashX size={16} />}
              onClick={() => setDialog("erase")}
            >
              Erase personal data
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog === "edit" && <EditDetails call={call} onClose={close} />}
      {dialog === "hide" && <HideCall callId={call.call_id} onClose={close} />}
      {dialog === "erase" && <EraseCall callId={call.call_id} onClose={close} />}
    </>
  );
}
