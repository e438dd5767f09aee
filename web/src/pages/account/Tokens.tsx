import {
  ActionIcon,
  Alert,
  Button,
  Code,
  Group,
  Paper,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
  Tooltip,
} from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../../api/client";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Moment } from "../../components/Moment";
import { tellProblem } from "../../components/notify";

const TOKENS = ["tokens"] as const;

/** Tokens with which programs act in the user's name. */
export function Tokens() {
  const client = useQueryClient();
  const tokens = useQuery({ queryKey: TOKENS, queryFn: () => body(api.GET("/api/auth/tokens")) });
  const remove = useMutation({
    mutationFn: (token_id: string) =>
      body(api.DELETE("/api/auth/tokens/{token_id}", { params: { path: { token_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: TOKENS }),
    onError: (error) => tellProblem("The token still works", error),
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Tokens">
      <Stack>
        <div>
          <Title order={2} size="h4">
            Tokens for programs
          </Title>
          <Text size="sm" c="dimmed">
            A program that sends <Code>Authorization: Bearer …</Code> may do what you may do.
          </Text>
        </div>
        {tokens.isPending && <Skeleton h={40} />}
        {tokens.isError && (
          <ErrorNotice
            what="The tokens could not be loaded"
            error={tokens.error}
            onRetry={() => void tokens.refetch()}
          />
        )}
        {tokens.data?.map((token) => (
          <Group key={token.token_id} justify="space-between" wrap="nowrap">
            <div>
              <Text fw={600}>{token.label}</Text>
              <Text size="xs" c="dimmed">
                made <Moment at={token.created_at} />
                {token.expires_at ? (
                  <>
                    , good until <Moment at={token.expires_at} />
                  </>
                ) : (
                  ", never expires"
                )}
              </Text>
            </div>
            <Tooltip label="Take it back">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Take the token “${token.label}” back`}
                onClick={() => remove.mutate(token.token_id)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
        ))}
        <NewToken />
      </Stack>
    </Paper>
  );
}

function NewToken() {
  const client = useQueryClient();
  const [label, setLabel] = useState("");
  const [days, setDays] = useState<string | null>("90");
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/auth/tokens", {
          body: { label: label.trim(), expires_in_days: days ? Number(days) : null },
        }),
      ),
    onSuccess: () => {
      setLabel("");
      return client.invalidateQueries({ queryKey: TOKENS });
    },
    onError: (error) => tellProblem("No token was made", error),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (label.trim()) make.mutate();
      }}
    >
      <Stack gap="sm">
        {make.data && (
          <Alert color="teal" title="The new token, shown this once">
            <Code block className="breakable" style={{ whiteSpace: "pre-wrap" }}>
              {make.data.token}
            </Code>
          </Alert>
        )}
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            miw={180}
            label="A new token for"
            placeholder="nightly export"
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <Select
            w={140}
            label="Good for"
            data={[
              { value: "30", label: "30 days" },
              { value: "90", label: "90 days" },
              { value: "365", label: "A year" },
            ]}
            placeholder="Ever"
            clearable
            value={days}
            onChange={setDays}
          />
          <Button type="submit" variant="default" disabled={!label.trim()} loading={make.isPending}>
            Make
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
