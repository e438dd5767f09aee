import { Badge, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { HEALTH, health } from "../feed/baseline";

/** Without Twilio credentials a sandbox is the telephone network: every page says so. */
export function SandboxNotice() {
  const { data } = useQuery({ queryKey: HEALTH, queryFn: health, staleTime: Number.POSITIVE_INFINITY });
  if (data?.telephone_network !== "sandbox") return null;
  return (
    <Tooltip label="No Twilio credentials are set: no real call is made or taken.">
      <Badge color="orange" variant="light" tabIndex={0}>
        Sandbox
      </Badge>
    </Tooltip>
  );
}
