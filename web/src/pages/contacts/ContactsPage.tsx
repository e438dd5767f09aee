import { Button, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAddressBook, IconSearchOff, IconUserPlus } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, writeResponse } from "../../api/client";
import type { ContactView } from "../../api/types";
import { Confirmation } from "../../components/Confirmation";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { notifyError, notifySuccess } from "../../components/notify";
import { Page } from "../../components/Page";
import { SearchInput } from "../../components/SearchInput";
import { useMay } from "../../session/session";
import { ContactForm } from "./ContactForm";
import { ContactRow } from "./ContactRow";
import { groupsOf } from "./groups";
import { ChangeSuppression } from "./Suppression";

const route = getRouteApi("/contacts");
const PAGE_SIZE = 100;

export function ContactsPage() {
  return (
    <Guarded needs="view_contacts">
      <Contacts />
    </Guarded>
  );
}

function Contacts() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMay("edit_contacts");
  const [form, setForm] = useState<{ contact?: ContactView } | null>(null);
  const mayLift = useMay("lift_suppressions");
  const [removing, setRemoving] = useState<ContactView | null>(null);
  const [suppressing, setSuppressing] = useState<ContactView | null>(null);
  const contacts = useInfiniteQuery({
    queryKey: ["contacts", "page", q],
    queryFn: ({ pageParam }) =>
      body(api.GET("/api/contacts", { params: { query: { q, cursor: pageParam, limit: PAGE_SIZE } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const all = contacts.data?.pages.flatMap((page) => page.contacts) ?? [];
  const add = mayEdit && (
    <Button leftSection={<IconUserPlus size={16} />} onClick={() => setForm({})}>
      Add contact
    </Button>
  );
  return (
    <Page title="Contacts" actions={add}>
      <SearchInput
        label="Search contacts"
        placeholder="Name or number"
        value={q ?? ""}
        onChange={(text) => void navigate({ search: { q: text.trim() || undefined }, replace: true })}
      />
      {contacts.isPending && <Skeleton h={320} aria-label="Loading contacts" />}
      {contacts.isError && (
        <ErrorNotice
          what="Contacts could not be loaded"
          error={contacts.error}
          onRetry={() => void contacts.refetch()}
        />
      )}
      {contacts.isSuccess &&
        all.length === 0 &&
        (q ? (
          <Empty icon={<IconSearchOff size={28} />} title="No matching contacts">
            Search for part of the name, or part of the number with its country code.
          </Empty>
        ) : (
          <Empty icon={<IconAddressBook size={28} />} title="No contacts yet" action={add}>
            Add people you know. You can also add a contact from any call.
          </Empty>
        ))}
      <Stack gap="md">
        {groupsOf(all).map((group) => (
          <Paper key={group.letter} withBorder px="md" py="xs" component="section" aria-label={group.letter}>
            <Title order={2} size="h5" c="dimmed">
              {group.letter}
            </Title>
            <Stack gap={0} component="ul" m={0} p={0}>
              {group.contacts.map((contact) => (
                <ContactRow
                  key={contact.contact_id}
                  contact={contact}
                  mayEdit={mayEdit}
                  mayLift={mayLift}
                  onEdit={() => setForm({ contact })}
                  onRemove={() => setRemoving(contact)}
                  onSuppression={() => setSuppressing(contact)}
                />
              ))}
            </Stack>
          </Paper>
        ))}
      </Stack>
      {contacts.hasNextPage && (
        <Button
          variant="default"
          onClick={() => void contacts.fetchNextPage()}
          loading={contacts.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
      {form && <ContactForm contact={form.contact} onClose={() => setForm(null)} />}
      {suppressing && <ChangeSuppression contact={suppressing} onClose={() => setSuppressing(null)} />}
      {removing && <RemoveContact contact={removing} onClose={() => setRemoving(null)} />}
    </Page>
  );
}

/** Asks for confirmation, then removes the contact. */
function RemoveContact({ contact, onClose }: { contact: ContactView; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      writeResponse(api.DELETE("/api/contacts/{id}", { params: { path: { id: contact.contact_id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["contacts"] });
      notifySuccess("Contact removed.");
      onClose();
    },
    onError: (error) => notifyError("Contact not removed", error),
  });
  return (
    <Confirmation
      title="Remove this contact?"
      confirm="Remove"
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        {contact.name} will no longer be listed. Calls with this number and the contact’s history are kept.
      </Text>
    </Confirmation>
  );
}
