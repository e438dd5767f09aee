import { Divider, Paper, Stack, Text, Title } from "@mantine/core";
import type { RefObject } from "react";
import type { CallDetail } from "../../../api/types";
import { GradeBadge } from "../../../components/badges";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import { useMay } from "../../../session/session";
import { CorrectionForm } from "./CorrectionForm";
import { CorrectionList } from "./CorrectionList";
import { GradeButtons, useGrade } from "./GradeButtons";
import { Resolution } from "./Resolution";

interface Props {
  call: CallDetail;
  turn: number | undefined;
  onWholeCall: () => void;
  input: RefObject<HTMLTextAreaElement | null>;
}

/** Grade, corrections and resolution of the call. */
export function ReviewPanel({ call, turn, onWholeCall, input }: Props) {
  const mayWrite = useMay("review_calls");
  const nameOf = useUserName();
  const grade = useGrade(call.call_id);
  return (
    <Paper withBorder p="md" component="section" aria-label="Review">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Review
        </Title>
        {mayWrite ? <GradeButtons call={call} onGrade={grade.mutate} /> : <ReadGrade grade={call.grade} />}
        {call.grade && call.graded_by && (
          <Text size="xs" c="dimmed">
            Graded by {nameOf(call.graded_by)} <Timestamp at={call.graded_at} />
          </Text>
        )}
        <Divider label="Corrections" labelPosition="left" />
        <CorrectionList callId={call.call_id} corrections={call.corrections} mayWithdraw={mayWrite} />
        {mayWrite && (
          <CorrectionForm
            callId={call.call_id}
            turn={turn}
            onWholeCall={onWholeCall}
            onDone={onWholeCall}
            input={input}
          />
        )}
        <Divider label="Resolution" labelPosition="left" />
        <Resolution call={call} mayWrite={mayWrite} />
      </Stack>
    </Paper>
  );
}

function ReadGrade({ grade }: { grade: string | null | undefined }) {
  return grade ? (
    <div>
      <GradeBadge grade={grade} />
    </div>
  ) : (
    <Text size="sm" c="dimmed">
      Not graded yet.
    </Text>
  );
}
