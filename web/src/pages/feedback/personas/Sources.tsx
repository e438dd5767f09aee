import { Stack, Text } from "@mantine/core";
import type { PersonaVersion } from "../../../api/types";
import { LinkText } from "../../../components/links";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";

const ERASED = "Erased together with its call.";

/** The source corrections of a version, each with a link to its call. */
export function Sources({ sources }: { sources: PersonaVersion["sources"] }) {
  const nameOf = useUserName();
  if (sources.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Not based on corrections.
      </Text>
    );
  }
  return (
    <div>
      <Text size="sm" fw={600}>
        {sources.length === 1 ? "Based on 1 correction" : `Based on ${sources.length} corrections`}
      </Text>
      <Stack gap={6} component="ul" m={0} pl="md">
        {sources.map((source) => (
          <li key={source.position}>
            <Text size="sm" className="breakable" c={source.note ? undefined : "dimmed"}>
              {source.note ?? ERASED}
            </Text>
            {source.call_id && (
              <Text size="xs" c="dimmed">
                {nameOf(source.noted_by)} · <Timestamp at={source.noted_at} /> ·{" "}
                {source.turn ? `turn ${source.turn} of ` : ""}
                <LinkText
                  to="/calls/$callId"
                  params={{ callId: source.call_id }}
                  size="xs"
                  underline="always"
                >
                  the call
                </LinkText>
                {source.state === "withdrawn" && " · withdrawn since"}
              </Text>
            )}
          </li>
        ))}
      </Stack>
    </div>
  );
}
