import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { cameTo, type Told, tells } from "./useSyncedSearch";

interface Props {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}

/** A search that is told once the typing pauses; `/` goes to it. */
export function SearchInput({ label, placeholder, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  const told = useRef<Told>([value]);
  const tell = useDebouncedCallback((text: string) => {
    told.current = tells(told.current, text);
    onChange(text);
  }, 300);
  useEffect(() => {
    const known = cameTo(told.current, value);
    told.current = known ?? [value];
    if (known) return;
    tell.cancel();
    setTyped(value);
  }, [value, tell]);
  useHotkeys([["/", () => input.current?.focus()]]);
  const change = (text: string) => {
    setTyped(text);
    tell(text);
  };
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed ? (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => change("")} />
        ) : (
          <Kbd size="xs">/</Kbd>
        )
      }
    />
  );
}
