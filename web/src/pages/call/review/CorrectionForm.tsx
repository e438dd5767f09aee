import { Button, Group, Pill, Stack, Text, Textarea } from "@mantine/core";
import { getHotkeyHandler } from "@mantine/hooks";
import { type RefObject, useState } from "react";
import { useNoteCorrection } from "./useCorrections";

interface Props {
  callId: string;
  /** The turn it is about; the whole call, if absent. */
  turn: number | undefined;
  onWholeCall: () => void;
  onDone?: () => void;
  input?: RefObject<HTMLTextAreaElement | null>;
}

/** What should have been said. Ctrl+Enter saves, so that a reviewer's hands stay on the keys. */
export function CorrectionForm({ callId, turn, onWholeCall, onDone, input }: Props) {
  const [note, setNote] = useState("");
  const save = useNoteCorrection(callId);
  const submit = () => {
    const text = note.trim();
    if (!text) return;
    // Whoever goes on writing at once writes the next one; what was not saved comes back, unless they have begun it.
    setNote("");
    onDone?.();
    save.mutateAsync({ note: text, turn }).catch(() => setNote((next) => next || text));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="xs">
        {turn !== undefined && (
          <Group gap={6}>
            <Text size="sm">About</Text>
            <Pill
              withRemoveButton
              onRemove={onWholeCall}
              removeButtonProps={{ "aria-label": "About the whole call" }}
            >
              turn {turn}
            </Pill>
          </Group>
        )}
        <Textarea
          ref={input}
          aria-label="What should have been said?"
          placeholder={
            turn === undefined ? "What should have been done in this call?" : "What should have been said?"
          }
          autosize
          minRows={2}
          maxRows={8}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={getHotkeyHandler([
            ["mod+Enter", submit],
            ["Escape", () => input?.current?.blur()],
          ])}
        />
        <Group justify="flex-end">
          <Button type="submit" size="xs" disabled={note.trim() === ""}>
            Save correction
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
