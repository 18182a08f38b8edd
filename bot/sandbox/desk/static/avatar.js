// Round-cornered initials in a person's own colour; the bot wears the mark.
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { mark } from "./icon.js";

const COLOURS = ["#0b6b6a", "#a8431c", "#5a4fb0", "#1f6f3d", "#a02c5d", "#1d5fa8", "#7a5a00", "#5c5c66"];

function colourOf(person, id) {
  const own = person?.avatar_color;
  if (typeof own === "string" && /^#?[0-9a-f]{6}$/i.test(own)) return own.startsWith("#") ? own : `#${own}`;
  const sum = [...String(id)].reduce((total, character) => total + character.codePointAt(0), 0);
  return COLOURS[sum % COLOURS.length];
}

function initials(name) {
  const parts = String(name).trim().split(/\s+/);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...(part ?? "")][0] ?? "").join("").toUpperCase();
}

export function avatar(id, kind = "") {
  if (directory.isBot(id)) return make("span", { class: `avatar avatar--bot ${kind}`, "aria-hidden": "true" }, mark());
  const person = directory.people.get(id);
  const node = make("span", { class: `avatar ${kind}`, "aria-hidden": "true" }, initials(directory.nameOf(id)));
  node.style.setProperty("--own", colourOf(person, id));
  return node;
}
