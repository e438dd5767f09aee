import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, writeResponse } from "../../api/client";
import { fieldErrors } from "../../api/problem";
import type { ContactView } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { notifySuccess } from "../../components/notify";

interface Props {
  /** The contact to edit; undefined for a new one. */
  contact?: ContactView;
  name?: string;
  phone?: string;
  onClose: () => void;
}

/** Creates or edits a contact. */
export function ContactForm({ contact, name, phone, onClose }: Props) {
  const client = useQueryClient();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: contact?.name ?? name ?? "", phone: contact?.phone ?? phone ?? "" },
    validate: {
      name: (value) => (value.trim() ? null : "Enter a name."),
      phone: (value) =>
        /^\+[\d ().-]{7,}$/.test(value.trim())
          ? null
          : "Enter the number with its country code, such as +1 504 555 0100.",
    },
  });
  const save = useMutation({
    mutationFn: (values: { name: string; phone: string }) =>
      contact
        ? writeResponse(
            api.PUT("/api/contacts/{id}", { params: { path: { id: contact.contact_id } }, body: values }),
          )
        : writeResponse(api.POST("/api/contacts", { body: values })),
    onSuccess: async ({ body }) => {
      await client.invalidateQueries({ queryKey: ["contacts"] });
      notifySuccess(`${body.name ?? "Contact"} saved.`);
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <Modal opened onClose={onClose} title={contact ? "Edit contact" : "Add contact"}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          {save.isError && <ErrorNotice what="Contact not saved" error={save.error} />}
          <TextInput label="Name" data-autofocus key={form.key("name")} {...form.getInputProps("name")} />
          <TextInput
            label="Phone number"
            description="With country code"
            placeholder="+1 504 555 0100"
            inputMode="tel"
            key={form.key("phone")}
            {...form.getInputProps("phone")}
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
