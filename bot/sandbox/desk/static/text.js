// Text objects: plain_text and mrkdwn.
import { make } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { plainWords } from "./entity.js";
import { mrkdwn } from "./mrkdwn.js";

/** A text object as an element. */
export function written(text) {
  if (!text) return make("span");
  if (text.type === "mrkdwn") return mrkdwn(text.text);
  return make("span", { class: "lines" }, text.emoji === false ? String(text.text ?? "") : withEmoji(text.text));
}

/** A text object as words only, for labels and searching. */
export function words(text) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text.type === "mrkdwn" ? plainWords(text.text) : String(text.text ?? "");
}
