import {
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, writeResponse } from "../../api/client";
import { fieldErrors } from "../../api/problem";
import { ErrorNotice } from "../../components/ErrorNotice";

const OUTCOMES = [
  { value: "completed", label: "Completed" },
  { value: "no_answer", label: "No answer" },
  { value: "busy", label: "Busy" },
  { value: "failed", label: "Failed" },
  { value: "canceled", label: "Canceled" },
];

interface Values {
  direction: string;
  from: string;
  to: string;
  caller_name: string;
  outcome: string;
  minutes: number;
  notes: string;
}

/** Logs a call that took place outside the system. */
export function CreateCall({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const isNumber = (value: string) => (value.trim() ? null : "Enter a phone number.");
  const form = useForm<Values>({
    mode: "uncontrolled",
    initialValues: {
      direction: "inbound",
      from: "",
      to: "",
      caller_name: "",
      outcome: "completed",
      minutes: 1,
      notes: "",
    },
    validate: { from: isNumber, to: isNumber },
  });
  const create = useMutation({
    mutationFn: ({ minutes, caller_name, notes, ...call }: Values) =>
      writeResponse(
        api.POST("/api/call-logs", {
          body: {
            ...call,
            from: call.from.trim(),
            to: call.to.trim(),
            caller_name: caller_name.trim() || null,
            notes: notes.trim() || null,
            duration_s: call.outcome === "completed" ? Math.round(minutes * 60) : null,
          },
        }),
      ),
    onSuccess: async ({ body }) => {
      await client.invalidateQueries({ queryKey: ["calls"] });
      await navigate({ to: "/calls/$callId", params: { callId: body.call_id } });
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <Modal opened onClose={onClose} title="Log a call">
      <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
        <Stack>
          {create.isError && <ErrorNotice what="Call not saved" error={create.error} />}
          <SegmentedControl
            fullWidth
            aria-label="Direction"
            data={[
              { value: "inbound", label: "Inbound" },
              { value: "outbound", label: "Outbound" },
            ]}
            key={form.key("direction")}
            {...form.getInputProps("direction")}
          />
          <Group grow align="flex-start">
            <TextInput
              label="From"
              placeholder="+1 504 555 0123"
              key={form.key("from")}
              {...form.getInputProps("from")}
            />
            <TextInput
              label="To"
              placeholder="+1 504 555 0100"
              key={form.key("to")}
              {...form.getInputProps("to")}
            />
          </Group>
          <TextInput
            label="Caller name"
            key={form.key("caller_name")}
            {...form.getInputProps("caller_name")}
          />
          <Group grow align="flex-start">
            <Select
              label="Outcome"
              data={OUTCOMES}
              allowDeselect={false}
              key={form.key("outcome")}
              {...form.getInputProps("outcome")}
            />
            <NumberInput
              label="Duration (minutes)"
              min={0}
              max={600}
              key={form.key("minutes")}
              {...form.getInputProps("minutes")}
            />
          </Group>
          <Textarea
            label="Notes"
            autosize
            minRows={2}
            key={form.key("notes")}
            {...form.getInputProps("notes")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
