import { Select, type SelectProps } from "@mantine/core";
import { useState } from "react";

type Props = Omit<SelectProps, "searchable" | "searchValue" | "onSearchChange" | "allowDeselect">;

/** One of many: opening it clears what stands in the field, so that typing searches at once. */
export function SearchSelect(props: Props) {
  const [search, setSearch] = useState("");
  return (
    <Select
      searchable
      allowDeselect={false}
      selectFirstOptionOnChange
      searchValue={search}
      onSearchChange={setSearch}
      onDropdownOpen={() => setSearch("")}
      {...props}
    />
  );
}
