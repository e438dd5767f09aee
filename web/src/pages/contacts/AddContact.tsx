import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { isCallable } from "../../format/phone";
import { useMay } from "../../session/session";
import { ContactForm } from "./ContactForm";

/** Adds the remote party of a call as a contact; hidden if the number is a contact already. */
export function AddContact({ name, phone }: { name: string | null; phone: string }) {
  const may = useMay("edit_contacts");
  const [isOpen, { open, close }] = useDisclosure();
  const known = useQuery({
    queryKey: ["contacts", "of", phone],
    queryFn: () => body(api.GET("/api/contacts", { params: { query: { q: phone, limit: 1 } } })),
    enabled: may && isCallable(phone),
  });
  if (!may || !known.data || known.data.contacts.length > 0) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconUserPlus size={16} />} onClick={open}>
        Add contact
      </Button>
      {isOpen && <ContactForm name={name ?? ""} phone={phone} onClose={close} />}
    </>
  );
}
