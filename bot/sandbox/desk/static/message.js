// One message: who, when, what, and what can be done with it.
import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { mayDelete } from "./confirm.js";
import { clock, fully, lately, whenOf } from "./date.js";
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { editor } from "./editor.js";
import { fileCard } from "./file.js";
import { icon } from "./icon.js";
import { menu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { failed } from "./notice.js";
import { Surface } from "./surface.js";
import { menuTool, tool } from "./tool.js";

function nameOf(message) {
  if (message.bot && message.username) return message.username;
  return message.user ? directory.nameOf(message.user) : message.username ?? "Somebody";
}

const rootOf = (message) => message.thread_ts || message.ts;

function head(message) {
  return make("div", { class: "message__head" },
    make("strong", { class: "message__who" }, nameOf(message)),
    message.bot ? make("span", { class: "tag" }, "App") : null,
    directory.people.get(message.user)?.is_guest ? make("span", { class: "tag" }, "Guest") : null,
    make(
      "time",
      { class: "message__when", datetime: whenOf(message.ts).toISOString(), title: fully(message.ts) },
      clock(message.ts),
    ));
}

function body(message, place) {
  const blocks = message.blocks ?? [];
  const edited = message.edited ? make("small", { class: "edited" }, "(edited)") : null;
  if (!blocks.length) {
    const text = message.text ? mrkdwn(message.text) : null;
    if (text && edited) (text.lastElementChild ?? text).append(" ", edited);
    return text ?? edited;
  }
  const surface = new Surface({ type: "message", channel: place.channel, ts: message.ts });
  const framed = message.bot && blocks.length > 1;
  return [drawBlocks(make("div", { class: `blocks${framed ? " blocks--card" : ""}` }), blocks, surface), edited];
}

// A reply that was also sent to the channel leads back to its thread.
function origin(message, place) {
  if (place.inThread || !message.thread_ts || message.thread_ts === message.ts) return null;
  return make(
    "button",
    { type: "button", class: "replies", on: { click: () => place.onThread(message.thread_ts) } },
    icon("reply"),
    make("span", { class: "replies__last" }, "Replied in a thread"),
  );
}

function replies(message, place) {
  if (place.inThread || !message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 3).map((id) => avatar(id, "avatar--tiny"));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const last = message.latest_reply ? `Last one ${lately(message.latest_reply)}` : "";
  return make("button", { type: "button", class: "replies", on: { click: () => place.onThread(message.ts) } },
    faces,
    make("span", { class: "replies__count" }, count),
    make("span", { class: "replies__last" }, last));
}

async function remove(message, place) {
  if (!(await mayDelete("Delete this message?", "It will be gone for everybody."))) return;
  await api.send("DELETE", "/desk/messages", { channel: place.channel, ts: message.ts }).catch(failed);
}

function shortcuts(message, place) {
  return directory.shortcuts.filter((shortcut) => shortcut.type === "message").map((shortcut) => ({
    label: shortcut.name,
    hint: directory.bot ? directory.nameOf(directory.bot.id) : "",
    icon: "bolt",
    run: () => api.post(
      "/desk/shortcuts",
      { callback_id: shortcut.callback_id, type: "message", channel: place.channel, ts: message.ts },
    ).catch(failed),
  }));
}

function deeds(message, place) {
  const own = message.user === api.me && !message.bot;
  const groups = [
    place.inThread ? [] : [{ label: "Reply in thread", icon: "reply", run: () => place.onThread(rootOf(message)) }],
    shortcuts(message, place),
    own ? [
      { label: "Edit", icon: "pencil", run: () => place.onEdit(message.ts) },
      { label: "Delete", icon: "bin", danger: true, run: () => remove(message, place) },
    ] : [],
  ].filter((group) => group.length);
  return groups.flatMap((group, index) => (index ? ["-", ...group] : group));
}

function tools(message, place) {
  if (message.ephemeral) {
    const hide = () => place.onHide(message.ts);
    return make("div", { class: "tools tools--always" }, tool("close", "Hide this message", hide));
  }
  const items = deeds(message, place);
  if (!items.length) return null;
  const more = menuTool(
    "dots",
    "More about this message",
    (button) => menu(button, "Message", items, { align: "end" }),
  );
  const reply = place.inThread ? null : tool("reply", "Reply in thread", () => place.onThread(rootOf(message)));
  return make("div", { class: "tools", role: "group", "aria-label": "Message" }, reply, more);
}

/**
 * Draw a message. `place` = { channel, inThread, editing, onThread(ts), onEdit(ts|null), onHide(ts) };
 * `compact` leaves out who wrote it, under an earlier one of the same person.
 */
export function drawMessage(message, place, { compact }) {
  const mine = message.user === api.me && !message.bot;
  const gutter = compact
    ? make(
      "time",
      { class: "message__gutter-time", datetime: whenOf(message.ts).toISOString(), title: fully(message.ts) },
      clock(message.ts),
    )
    : avatar(message.bot && directory.bot ? directory.bot.id : message.user);
  const content = place.editing === message.ts ? editor(message, place) : body(message, place);
  return make("article", {
    class: `message${compact ? " message--compact" : ""}${message.ephemeral ? " message--ephemeral" : ""}${message.bot ? " message--bot" : ""}`,
    "aria-label": `${nameOf(message)}, ${clock(message.ts)}`,
    data: { ts: message.ts },
  },
  make("div", { class: "message__gutter" }, gutter),
  make("div", { class: "message__content" },
    message.ephemeral ? make("p", { class: "message__only" }, icon("eye"), "Only visible to you") : null,
    compact ? null : head(message),
    origin(message, place),
    content,
    message.files?.length ? make(
      "div",
      { class: "files" },
      message.files.map((file) => fileCard(file, { mine })),
    ) : null,
    replies(message, place)),
  tools(message, place));
}
