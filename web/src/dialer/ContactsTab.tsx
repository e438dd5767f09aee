import { ScrollArea, Skeleton, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../api/client";
import { ErrorNotice } from "../components/ErrorNotice";
import { phone } from "../format/phone";
import { useDialer } from "./DialerProvider";

/** Searches contacts by name or number; selecting one enters its number on the keypad. */
export function ContactsTab({ onChosen }: { onChosen: () => void }) {
  const { setNumber } = useDialer();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const contacts = useQuery({
    queryKey: ["contacts", "dialer", q],
    queryFn: () => body(api.GET("/api/contacts", { params: { query: { q: q || undefined, limit: 50 } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="xs">
      <TextInput
        aria-label="Search contacts"
        placeholder="Name or number"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {contacts.isPending && <Skeleton h={220} />}
      {contacts.isError && (
        <ErrorNotice
          what="The contacts could not be loaded"
          error={contacts.error}
          onRetry={() => void contacts.refetch()}
        />
      )}
      {contacts.data?.contacts.length === 0 && (
        <Text size="sm" c="dimmed">
          {q ? "No matching contacts." : "No contacts yet. Add contacts on the Contacts page or from a call."}
        </Text>
      )}
      <ScrollArea.Autosize mah={290}>
        <Stack gap={2}>
          {contacts.data?.contacts.map((contact) => (
            <UnstyledButton
              key={contact.contact_id}
              p={6}
              onClick={() => {
                setNumber(contact.phone ?? "");
                onChosen();
              }}
            >
              <Text size="sm">{contact.name ?? "Erased"}</Text>
              <Text size="xs" c="dimmed" className="figures">
                {phone(contact.phone)}
              </Text>
            </UnstyledButton>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </Stack>
  );
}
