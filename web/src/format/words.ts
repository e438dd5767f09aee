/** The service's words for people. A word that is not here is shown as it is, without its underscores. */
const WORDS: Record<string, string> = {
  ai: "AI",
  human: "Person",
  no_answer: "No answer",
  busy_no_answer: "Busy / no answer",
  in_progress: "In progress",
  started: "Going on",
  needs_improvement: "Needs improvement",
  ai_unavailable: "AI unavailable",
  time_limit: "Time limit",
  transfer_target: "Transfer target",
  callback_needed: "Callback needed",
  nobody: "Connecting",
  person: "Person",
  hold: "On hold",
};

export function words(word: string | null | undefined): string {
  if (!word) return "";
  const known = WORDS[word];
  if (known) return known;
  const spaced = word.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** `CallerTurn` is `Caller turn`; abbreviations stay together. */
export function eventName(type: string): string {
  const spaced = type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return (spaced.charAt(0).toUpperCase() + spaced.slice(1)).replace(/^Ai\b/, "AI").replace(/\bai\b/g, "AI");
}
