import { SimpleGrid } from "@mantine/core";
import { Page } from "../../components/Page";
import { roleLabel } from "../../session/permissions";
import { useMe } from "../../session/session";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import { Tokens } from "./Tokens";

/** The signed-in user's name, password and API tokens. */
export function AccountPage() {
  const me = useMe();
  return (
    <Page title="Your account" hint={`${me.email} · ${roleLabel(me.role)}`}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <NameForm />
        <PasswordForm />
      </SimpleGrid>
      <Tokens />
    </Page>
  );
}
