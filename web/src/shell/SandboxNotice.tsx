import { Badge, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { HEALTH, health } from "../feed/baseline";

/** Shown on every page while the telephone network is the sandbox, which is used without Twilio credentials. */
export function SandboxNotice() {
  const { data } = useQuery({ queryKey: HEALTH, queryFn: health, staleTime: Number.POSITIVE_INFINITY });
  if (data?.telephone_network !== "sandbox") return null;
  return (
    <Tooltip label="No Twilio credentials are set. Calls are simulated.">
      <Badge color="orange" variant="light" tabIndex={0}>
        Sandbox
      </Badge>
    </Tooltip>
  );
}
