import { Select, type SelectProps } from "@mantine/core";
import { useState } from "react";

type Props = Omit<SelectProps, "searchable" | "searchValue" | "onSearchChange" | "allowDeselect">;

/** A searchable select. Opening it clears the search text, so that typing starts a new search. */
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
