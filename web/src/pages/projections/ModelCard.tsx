import { Alert, Badge, Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconRefresh } from "@tabler/icons-react";
import type { ProjectionStatus } from "../../api/types";
import { Timestamp } from "../../components/Timestamp";
import { count } from "../../format/numbers";
import { words } from "../../format/words";
import { useMay } from "../../session/session";
import { RebuildModal } from "./RebuildModal";
import { RebuildProgressBar } from "./RebuildProgressBar";

/** A read model: position, lag, dead letters and rebuild. */
export function ModelCard({ model }: { model: ProjectionStatus }) {
  const [isOpen, { open, close }] = useDisclosure();
  const mayCompare = useMay("compare_read_models");
  const isOld = model.version !== model.code_version;
  return (
    <Card withBorder component="section" aria-label={words(model.name)}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Title order={2} size="h4">
              {words(model.name)}
            </Title>
            <Text size="xs" c="dimmed">
              version {model.version}, generation {model.generation}
              {model.switched_at && (
                <>
                  , since <Timestamp at={model.switched_at} />
                </>
              )}
            </Text>
          </div>
          <Badge color={model.lag === 0 ? "teal" : model.lag < 1_000 ? "orange" : "red"} variant="light">
            {model.lag === 0 ? "Up to date" : `${count(model.lag)} behind`}
          </Badge>
        </Group>
        <SimpleGrid cols={{ base: 2, xs: 4 }} component="dl" m={0}>
          <Figure label="Position" value={count(model.position)} />
          <Figure label="Log head" value={count(model.head)} />
          <Figure label="Events/s" value={count(Math.round(model.events_per_second))} />
          <Figure label="Dead letters" value={count(model.dead_letters)} isBad={model.dead_letters > 0} />
        </SimpleGrid>
        {model.dead_letters > 0 && (
          <Alert color="red" p="xs">
            {count(model.dead_letters)} events of {count(model.parked_streams)} streams could not be
            projected. Rebuild after fixing the cause.
          </Alert>
        )}
        {isOld && (
          <Alert color="orange" p="xs">
            This release builds version {model.code_version}; the rows have version {model.version}. Rebuild
            to update them.
          </Alert>
        )}
        {!model.owner && (
          <Text size="sm" c="var(--mantine-color-error)">
            No process is updating this read model.
          </Text>
        )}
        {model.rebuild && <RebuildProgressBar progress={model.rebuild} />}
        {mayCompare && (
          <Group justify="flex-end">
            <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={open}>
              {model.rebuild ? "Show rebuild" : "Rebuild…"}
            </Button>
          </Group>
        )}
      </Stack>
      {isOpen && <RebuildModal model={model} onClose={close} />}
    </Card>
  );
}

function Figure({ label, value, isBad }: { label: string; value: string; isBad?: boolean }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <Text
        component="dd"
        m={0}
        fw={600}
        className="figures"
        c={isBad ? "var(--mantine-color-error)" : undefined}
      >
        {value}
      </Text>
    </div>
  );
}
