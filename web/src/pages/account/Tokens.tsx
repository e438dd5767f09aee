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
import { notifyError } from "../../components/notify";
import { Timestamp } from "../../components/Timestamp";
import { TOKENS } from "./tokensQuery";

/** API tokens with the user's own permissions. */
export function Tokens() {
  const client = useQueryClient();
  const tokens = useQuery({ queryKey: TOKENS, queryFn: () => body(api.GET("/api/auth/tokens")) });
  const remove = useMutation({
    mutationFn: (token_id: string) =>
      body(api.DELETE("/api/auth/tokens/{token_id}", { params: { path: { token_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: TOKENS }),
    onError: (error) => notifyError("Token not revoked", error),
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="API tokens">
      <Stack>
        <div>
          <Title order={2} size="h4">
            API tokens
          </Title>
          <Text size="sm" c="dimmed">
            Requests that send <Code>Authorization: Bearer …</Code> have your permissions.
          </Text>
        </div>
        {tokens.isPending && <Skeleton h={40} />}
        {tokens.isError && (
          <ErrorNotice
            what="API tokens could not be loaded"
            error={tokens.error}
            onRetry={() => void tokens.refetch()}
          />
        )}
        {tokens.data?.map((token) => (
          <Group key={token.token_id} justify="space-between" wrap="nowrap">
            <div>
              <Text fw={600}>{token.label}</Text>
              <Text size="xs" c="dimmed">
                Created <Timestamp at={token.created_at} />
                {token.expires_at ? (
                  <>
                    , expires <Timestamp at={token.expires_at} />
                  </>
                ) : (
                  ", never expires"
                )}
              </Text>
            </div>
            <Tooltip label="Revoke">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Revoke token “${token.label}”`}
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
  const create = useMutation({
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
    onError: (error) => notifyError("Token not created", error),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (label.trim()) create.mutate();
      }}
    >
      <Stack gap="sm">
        {create.data && (
          <Alert color="teal" title="New token. It is shown only once">
            <Code block className="breakable" style={{ whiteSpace: "pre-wrap" }}>
              {create.data.token}
            </Code>
          </Alert>
        )}
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            miw={180}
            label="Token name"
            placeholder="Nightly export"
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <Select
            w={140}
            label="Expires after"
            data={[
              { value: "30", label: "30 days" },
              { value: "90", label: "90 days" },
              { value: "365", label: "1 year" },
            ]}
            placeholder="Never"
            clearable
            value={days}
            onChange={setDays}
          />
          <Button type="submit" variant="default" disabled={!label.trim()} loading={create.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
