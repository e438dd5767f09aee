import { ActionIcon, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconBackspace, IconPhone } from "@tabler/icons-react";
import { SearchSelect } from "../components/SearchSelect";
import { COUNTRIES, type Country, phone as grouped, isE164, toE164 } from "../format/phone";
import { useDialer, usePhone } from "./DialerProvider";
import { Keypad } from "./Keypad";

const OPTIONS = COUNTRIES.map(({ iso, name, code }) => ({ value: iso, label: `${name} +${code}` }));

/** Enters a number with the keypad or the keyboard, in the selected country. */
export function KeypadTab() {
  const { phone, number, setNumber } = useDialer();
  const { status } = usePhone();
  const [iso, setIso] = useLocalStorage({
    key: "dialer-country",
    defaultValue: "US",
    getInitialValueInEffect: false,
  });
  const country = COUNTRIES.find(({ iso: other }) => other === iso) ?? (COUNTRIES.at(-1) as Country);
  const e164 = toE164(number, country);
  const canCall = status === "ready" && isE164(e164);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (canCall) void phone.dial(e164);
      }}
    >
      <Stack gap="sm" align="center">
        <SearchSelect
          w="100%"
          aria-label="Country"
          data={OPTIONS}
          value={country.iso}
          onChange={(value) => value && setIso(value)}
          comboboxProps={{ withinPortal: false }}
        />
        <TextInput
          w="100%"
          aria-label="Number"
          placeholder="Number"
          inputMode="tel"
          autoComplete="off"
          size="md"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          rightSection={
            number ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label="Delete last digit"
                onClick={() => setNumber(number.slice(0, -1))}
              >
                <IconBackspace size={18} />
              </ActionIcon>
            ) : undefined
          }
        />
        <Keypad onPress={(key) => setNumber(number + key)} />
        <Group w="100%" justify="space-between">
          <Text size="sm" c="dimmed" className="figures">
            {number ? grouped(e164) : "Enter a number"}
          </Text>
          <Button
            type="submit"
            color="teal.9"
            autoContrast={false}
            leftSection={<IconPhone size={16} />}
            disabled={!canCall}
            loading={status === "starting"}
          >
            Call
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
