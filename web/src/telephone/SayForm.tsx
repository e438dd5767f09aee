import { ActionIcon, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconMicrophone, IconSend } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { canListen, listen } from "./speech";

/** The service takes no more at once. */
const LONGEST = 1_000;

interface Props {
  onSay: (words: string) => void;
  /** In which language one speaks into the microphone: `en-US`. */
  language?: string;
}

/** What one says: typed, or spoken where the browser understands speech. */
export function SayForm({ onSay, language = "en-US" }: Props) {
  const [words, setWords] = useState("");
  const [stop, setStop] = useState<(() => void) | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => () => stop?.(), [stop]);

  const say = (said: string) => {
    if (said.trim() === "") return;
    setWords("");
    onSay(said.trim());
  };
  const speak = () => {
    if (stop) return stop();
    setProblem(null);
    const abort = listen(language, {
      onWords: setWords,
      onEnd: (heard, trouble) => {
        setStop(null);
        setProblem(trouble);
        say(heard);
      },
    });
    setStop(() => abort);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        say(words);
      }}
    >
      <Group gap={6} wrap="nowrap">
        <TextInput
          ref={field}
          flex={1}
          aria-label="Say something"
          placeholder={stop ? "Listening…" : "Type what you say"}
          autoComplete="off"
          maxLength={LONGEST}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {canListen() && (
          <Tooltip label="By the browser's own speech recognition, which may send your voice to its maker">
            <ActionIcon
              size={36}
              variant={stop ? "filled" : "default"}
              aria-label={stop ? "Stop listening" : "Speak"}
              aria-pressed={stop !== null}
              onClick={speak}
            >
              <IconMicrophone size={18} />
            </ActionIcon>
          </Tooltip>
        )}
        <ActionIcon type="submit" size={36} aria-label="Say it" disabled={words.trim() === ""}>
          <IconSend size={18} />
        </ActionIcon>
      </Group>
      {problem && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      )}
    </form>
  );
}
