import { Alert, Button, Code, CopyButton, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { fieldErrors } from "../../api/problem";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Timestamp } from "../../components/Timestamp";
import { ROLES } from "../../session/permissions";
import { INVITATIONS } from "./PendingInvitations";

/** Creates an invitation link. The service sends no email; the admin shares the link. */
export function InviteModal({ onClose }: { onClose: () => void }) {
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", role: "agent" },
    validate: { email: (value) => (value.includes("@") ? null : "Enter an e-mail address.") },
  });
  const client = useQueryClient();
  const invite = useMutation({
    mutationFn: (values: { email: string; role: string }) => body(api.POST("/api/users", { body: values })),
    onSuccess: () => client.invalidateQueries({ queryKey: INVITATIONS }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <Modal opened onClose={onClose} title="Invite a user">
      {invite.data ? (
        <Invited {...invite.data} onClose={onClose} />
      ) : (
        <form onSubmit={form.onSubmit((values) => invite.mutate(values))} noValidate>
          <Stack>
            {invite.isError && <ErrorNotice what="Invitation not created" error={invite.error} />}
            <TextInput
              label="E-mail address"
              type="email"
              data-autofocus
              key={form.key("email")}
              {...form.getInputProps("email")}
            />
            <Radio.Group label="Role" key={form.key("role")} {...form.getInputProps("role")}>
              <Stack gap="xs" mt="xs">
                {Object.entries(ROLES).map(([value, { label, description }]) => (
                  <Radio key={value} value={value} label={label} description={description} />
                ))}
              </Stack>
            </Radio.Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={invite.isPending}>
                Create invitation
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

interface InvitedProps {
  invitation: string;
  email: string;
  expires_at: string;
  onClose: () => void;
}

function Invited({ invitation, email, expires_at: until, onClose }: InvitedProps) {
  const link = `${window.location.origin}/?invitation=${encodeURIComponent(invitation)}`;
  return (
    <Stack>
      <Alert color="teal" title={`Invitation for ${email} created`}>
        Share this link. It is shown only once and expires <Timestamp at={until} />.
      </Alert>
      <Code block className="breakable" style={{ whiteSpace: "pre-wrap" }}>
        {link}
      </Code>
      <Group justify="space-between">
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Button variant="light" onClick={copy}>
              {copied ? "Copied" : "Copy link"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Done</Button>
      </Group>
      <Text size="xs" c="dimmed">
        Anyone with this link can register as {email}.
      </Text>
    </Stack>
  );
}
