import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api } from "../../../api/client";
import { fieldErrors } from "../../../api/problem";
import type { CallDetail } from "../../../api/types";
import { useCallWrite } from "../useCallWrite";

interface Details {
  caller_name: string;
  caller_number: string;
  notes: string;
}

/** Edits the caller's name and number, and the notes. */
export function EditDetails({ call, onClose }: { call: CallDetail; onClose: () => void }) {
  const before: Details = {
    caller_name: call.caller_name ?? "",
    caller_number: call.caller_number ?? "",
    notes: call.notes ?? "",
  };
  const form = useForm<Details>({ mode: "uncontrolled", initialValues: before });
  const save = useCallWrite<Partial<Details>>(call.call_id, {
    failure: "Details not saved",
    send: (changed) =>
      api.PUT("/api/call-logs/{id}", { params: { path: { id: call.call_id } }, body: changed }),
  });
  const submit = (values: Details) => {
    const fields = Object.keys(before) as (keyof Details)[];
    const changed = fields
      .filter((field) => values[field] !== before[field])
      .map((field) => [field, values[field]]);
    if (changed.length === 0) return onClose();
    save.mutate(Object.fromEntries(changed), {
      onSuccess: onClose,
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  };
  return (
    <Modal opened onClose={onClose} title="Edit call">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <TextInput
            label="Caller name"
            data-autofocus
            key={form.key("caller_name")}
            {...form.getInputProps("caller_name")}
          />
          <TextInput
            label="Caller number"
            inputMode="tel"
            key={form.key("caller_number")}
            {...form.getInputProps("caller_number")}
          />
          <Textarea
            label="Notes"
            autosize
            minRows={3}
            key={form.key("notes")}
            {...form.getInputProps("notes")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
