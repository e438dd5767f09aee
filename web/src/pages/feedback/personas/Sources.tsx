import { Stack, Text } from "@mantine/core";
import type { PersonaVersion } from "../../../api/types";
import { LinkText } from "../../../components/links";
import { Moment } from "../../../components/Moment";
import { usePeople } from "../../../components/usePeople";

const GONE = "What it said is gone with its call.";

/** The corrections behind a version; each leads to its call. */
export function Sources({ sources }: { sources: PersonaVersion["sources"] }) {
  const nameOf = usePeople();
  if (sources.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Drawn from no correction.
      </Text>
    );
  }
  return (
    <div>
      <Text size="sm" fw={600}>
        {sources.length === 1 ? "From a correction" : `From ${sources.length} corrections`}
      </Text>
      <Stack gap={6} component="ul" m={0} pl="md">
        {sources.map((source) => (
          <li key={source.position}>
            <Text size="sm" className="breakable" c={source.note ? undefined : "dimmed"}>
              {source.note ?? GONE}
            </Text>
            {source.call_id && (
              <Text size="xs" c="dimmed">
                {nameOf(source.noted_by)} · <Moment at={source.noted_at} /> ·{" "}
                {source.turn ? `turn ${source.turn} of ` : ""}
                <LinkText
                  to="/calls/$callId"
                  params={{ callId: source.call_id }}
                  size="xs"
                  underline="always"
                >
                  the call
                </LinkText>
                {source.state === "withdrawn" && " · taken back since"}
              </Text>
            )}
          </li>
        ))}
      </Stack>
    </div>
  );
}
