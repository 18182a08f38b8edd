// What stands between < and > in a message: people, channels, groups, dates and links.
import { slackDate } from "./date.js";
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { link } from "./link.js";

/** Slack escapes these three characters and no others. */
export function unescaped(text) {
  return String(text).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function escaped(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function personMention(id, label) {
  const known = directory.people.has(id);
  return make("span", { class: "mention", data: { person: id } }, `@${known ? directory.nameOf(id) : label || id}`);
}

export function channelMention(id, label) {
  const known = directory.channels.has(id);
  const name = `#${known ? directory.channelName(id) : label || id}`;
  if (!known) return make("span", { class: "mention" }, name);
  return make("a", { class: "mention mention--channel", href: `#/-/${encodeURIComponent(id)}` }, name);
}

export function groupMention(id, label) {
  const handle = directory.usergroups.get(id)?.handle ?? (label || id);
  return make("span", { class: "mention" }, handle.startsWith("@") ? handle : `@${handle}`);
}

export function broadcast(range) {
  return make("span", { class: "mention mention--loud" }, `@${range}`);
}

function dateEntity(body, label) {
  const [, seconds, format, address] = body.split("^");
  const words = make("time", null, slackDate(seconds, format, label ?? ""));
  return address ? link(address, words) : words;
}

/** The element for the inside of `<…>`, still escaped as it came. */
export function entity(inside) {
  const bar = inside.indexOf("|");
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : unescaped(inside.slice(bar + 1));
  if (body.startsWith("@")) return personMention(body.slice(1), label);
  if (body.startsWith("#")) return channelMention(body.slice(1), label);
  if (body.startsWith("!subteam^")) return groupMention(body.slice("!subteam^".length), label);
  if (body.startsWith("!date^")) return dateEntity(unescaped(body), label);
  if (body.startsWith("!")) return broadcast(label ?? body.slice(1).split("^")[0]);
  const address = unescaped(body);
  return link(address, label || address.replace(/^mailto:/, ""));
}

/** The same as words only, for a title, a notification or a preview. */
export function plainWords(text) {
  return unescaped(String(text ?? "").replace(/<([^<>\n]+)>/g, (_, inside) => escaped(entity(inside).textContent)));
}
