// Between what a person types and the form messages have on the wire.
import { directory } from "./directory.js";
import { escaped, unescaped } from "./entity.js";

function personNamed(handle) {
  const wanted = handle.toLowerCase();
  return [...directory.people.values()].find((person) => String(person.name).toLowerCase() === wanted) ?? null;
}

function groupNamed(handle) {
  return [...directory.usergroups.values()].find((group) => group.handle.replace(/^@/, "").toLowerCase() === handle.toLowerCase()) ?? null;
}

/** Typed text to wire text: the three characters escaped, @names and #channels as entities. */
export function toWire(text, { labels = false } = {}) {
  return escaped(text).replace(/(^|[\s(])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])/gu, (whole, before, sign, name) => {
    if (sign === "#") {
      const channel = directory.channelNamed(name);
      return channel ? `${before}<#${channel.id}|${channel.name}>` : whole;
    }
    if (["here", "channel", "everyone"].includes(name)) return labels ? whole : `${before}<!${name}>`;
    const person = personNamed(name);
    if (person) return `${before}<@${person.id}${labels ? `|${person.name}` : ""}>`;
    const group = groupNamed(name);
    return group ? `${before}<!subteam^${group.id}|@${group.handle.replace(/^@/, "")}>` : whole;
  });
}

/** Wire text to what is put in the field when a message is edited. */
export function toTyped(text) {
  const typed = String(text ?? "")
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${directory.people.get(id)?.name ?? id}`)
    .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id, label) => `#${directory.channels.get(id)?.name ?? label ?? id}`)
    .replace(/<!subteam\^[A-Z0-9]+\|@?([^>]*)>/g, "@$1")
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<((?:https?|mailto):[^>|]+)(?:\|[^>]*)?>/g, "$1");
  return unescaped(typed);
}
