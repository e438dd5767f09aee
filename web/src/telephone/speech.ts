/** Speaking and listening by the browser's own means, where it has them. */

/** The part of the Web Speech API's recognition that is used; browsers name it in two ways, and TypeScript in none. */
interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  abort(): void;
}

interface RecognitionEvent {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
}

type Maker = new () => Recognition;

function maker(): Maker | null {
  const browser = window as unknown as { SpeechRecognition?: Maker; webkitSpeechRecognition?: Maker };
  return browser.SpeechRecognition ?? browser.webkitSpeechRecognition ?? null;
}

export const canListen = (): boolean => maker() !== null;

export const canSpeak = (): boolean => "speechSynthesis" in window;

/** Who is told what was understood. */
export interface Listener {
  /** What is understood so far. */
  onWords: (words: string) => void;
  /** It listens no more: all that was said, which may be nothing, or why it did not work. */
  onEnd: (words: string, problem: string | null) => void;
}

/** Listens to one sentence. Gives the way to stop it. */
export function listen(language: string, listener: Listener): () => void {
  const Recogniser = maker();
  if (!Recogniser) {
    listener.onEnd("", "This browser does not understand speech.");
    return () => {};
  }
  const recognition = new Recogniser();
  let words = "";
  let problem: string | null = null;
  recognition.lang = language;
  recognition.interimResults = true;
  recognition.onresult = ({ results }) => {
    words = Array.from(results, (result) => result[0]?.transcript ?? "").join(" ");
    listener.onWords(words);
  };
  recognition.onerror = ({ error }) => {
    problem = PROBLEMS[error] ?? "The browser could not understand what was said.";
  };
  recognition.onend = () => listener.onEnd(words.trim(), problem);
  recognition.start();
  return () => recognition.abort();
}

/** <https://developer.mozilla.org/docs/Web/API/SpeechRecognitionErrorEvent/error> */
const PROBLEMS: Record<string, string | null> = {
  aborted: null,
  "no-speech": null,
  "not-allowed": "The browser may not use the microphone. Allow it for this page, or type.",
  "audio-capture": "There is no microphone. Type instead.",
  network: "The browser's speech recognition cannot be reached. Type instead.",
  "service-not-allowed": "The browser does not allow speech recognition here. Type instead.",
};

/** Says it aloud, after what is being said already. */
export function speak(words: string, language: string): void {
  if (!canSpeak()) return;
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.lang = language;
  window.speechSynthesis.speak(utterance);
}

export function stopSpeaking(): void {
  if (canSpeak()) window.speechSynthesis.cancel();
}
