import { Badge, Checkbox, Group, ScrollArea, Skeleton, Stack, Text } from "@mantine/core";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import { correctionKey } from "./history";
import { useCorrectionsOf } from "./usePersonas";

/** The service's limit of source corrections per version. */
const MAX_CORRECTIONS = 50;

interface Props {
  agentId: string;
  /** Keys of the selected corrections. */
  selected: string[];
  /** The versions that use a correction, by its key. */
  used: ReadonlyMap<string, number[]>;
  onChange: (selected: string[]) => void;
}

/** Selects the source corrections of a proposal; shows which versions use a correction already. */
export function ChooseCorrections({ agentId, selected, used, onChange }: Props) {
  const corrections = useCorrectionsOf(agentId);
  const nameOf = useUserName();
  if (corrections.isPending) return <Skeleton h={120} aria-label="Loading corrections" />;
  if (corrections.isLoadingError) {
    return (
      <ErrorNotice
        what="The corrections could not be loaded"
        error={corrections.error}
        onRetry={() => void corrections.refetch()}
      />
    );
  }
  if (corrections.data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No corrections on this assistant’s calls yet. You can also write rules without corrections.
      </Text>
    );
  }
  return (
    <Checkbox.Group
      label="Based on these corrections"
      value={selected}
      onChange={(keys) => onChange(keys.slice(0, MAX_CORRECTIONS))}
    >
      <ScrollArea.Autosize mah={260} mt={6} viewportProps={{ tabIndex: 0 }}>
        <Stack gap="xs">
          {corrections.data.map((correction) => {
            const key = correctionKey(correction);
            const versions = used.get(key);
            return (
              <Checkbox
                key={key}
                value={key}
                disabled={selected.length >= MAX_CORRECTIONS && !selected.includes(key)}
                label={
                  <Text span size="sm" className="breakable">
                    {correction.note ?? "Erased"}
                  </Text>
                }
                description={
                  <Group gap={6} component="span">
                    {nameOf(correction.noted_by)} · <Timestamp at={correction.noted_at} />
                    {versions && (
                      <Badge component="span" size="xs" variant="light" color="gray">
                        used in version {versions.join(", ")}
                      </Badge>
                    )}
                  </Group>
                }
              />
            );
          })}
        </Stack>
      </ScrollArea.Autosize>
    </Checkbox.Group>
  );
}
