import { Badge, Checkbox, Group, ScrollArea, Skeleton, Stack, Text } from "@mantine/core";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { Moment } from "../../../components/Moment";
import { usePeople } from "../../../components/usePeople";
import { nameOf } from "./history";
import { useCorrectionsOf } from "./usePersonas";

/** As many corrections as the service takes behind one version. */
const MOST = 50;

interface Props {
  agentId: string;
  /** The chosen corrections, by name. */
  chosen: string[];
  /** The versions that corrections are behind already, by name. */
  used: ReadonlyMap<string, number[]>;
  onChange: (chosen: string[]) => void;
}

/** Which corrections the rules are drawn from; those that are behind a version already say so. */
export function ChooseCorrections({ agentId, chosen, used, onChange }: Props) {
  const corrections = useCorrectionsOf(agentId);
  const person = usePeople();
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
        No corrections of this agent’s calls yet. Write them on a call; rules can be written without, too.
      </Text>
    );
  }
  return (
    <Checkbox.Group
      label="Drawn from these corrections"
      value={chosen}
      onChange={(wanted) => onChange(wanted.slice(0, MOST))}
    >
      <ScrollArea.Autosize mah={260} mt={6} viewportProps={{ tabIndex: 0 }}>
        <Stack gap="xs">
          {corrections.data.map((correction) => {
            const name = nameOf(correction);
            const versions = used.get(name);
            return (
              <Checkbox
                key={name}
                value={name}
                disabled={chosen.length >= MOST && !chosen.includes(name)}
                label={
                  <Text span size="sm" className="breakable">
                    {correction.note ?? "Erased"}
                  </Text>
                }
                description={
                  <Group gap={6} component="span">
                    {person(correction.noted_by)} · <Moment at={correction.noted_at} />
                    {versions && (
                      <Badge component="span" size="xs" variant="light" color="gray">
                        in version {versions.join(", ")}
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
