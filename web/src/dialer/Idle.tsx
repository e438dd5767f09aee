import { Alert, Tabs, Text } from "@mantine/core";
import { IconAddressBook, IconDialpad, IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { messageOf } from "../api/problem";
import { useMay } from "../session/session";
import { ContactsTab } from "./ContactsTab";
import { useDialer, usePhone } from "./DialerProvider";
import { KeypadTab } from "./KeypadTab";
import { RecentTab } from "./RecentTab";

/** The dialer without a call: keypad, recent calls and contacts. */
export function Idle() {
  const { phone } = useDialer();
  const { status, problem } = usePhone();
  const [tab, setTab] = useState<string | null>("keypad");
  const mayContacts = useMay("view_contacts");
  const toKeypad = () => setTab("keypad");
  return (
    <>
      {status === "unavailable" && (
        <Alert color="orange" p="xs" mb="xs" title="Calling from this browser is not available">
          {messageOf(problem)}
        </Alert>
      )}
      {phone.isText && (
        <Text size="xs" c="dimmed" mb="xs">
          Sandbox: type what you want to say. No real call is placed.
        </Text>
      )}
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List grow mb="sm">
          <Tabs.Tab value="keypad" aria-label="Keypad">
            <IconDialpad size={18} style={{ display: "block", margin: "0 auto" }} aria-hidden />
          </Tabs.Tab>
          <Tabs.Tab value="recent" aria-label="Recent calls">
            <IconHistory size={18} style={{ display: "block", margin: "0 auto" }} aria-hidden />
          </Tabs.Tab>
          {mayContacts && (
            <Tabs.Tab value="contacts" aria-label="Contacts">
              <IconAddressBook size={18} style={{ display: "block", margin: "0 auto" }} aria-hidden />
            </Tabs.Tab>
          )}
        </Tabs.List>
        <Tabs.Panel value="keypad">
          <KeypadTab />
        </Tabs.Panel>
        <Tabs.Panel value="recent">
          <RecentTab onChosen={toKeypad} />
        </Tabs.Panel>
        <Tabs.Panel value="contacts">
          <ContactsTab onChosen={toKeypad} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
