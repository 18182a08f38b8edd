// A list of messages that stays as it is where nothing changed, and at its end when it was at its end.
import { dayOf } from "./date.js";
import { directory } from "./directory.js";
import { make, reconcile } from "./dom.js";
import { drawMessage } from "./message.js";

const CLOSE_BY = 5 * 60;
const NEAR_END = 80;

export class MessageList {
  messages = [];
  editing = null;
  #hidden = new Set();

  constructor({ label, channel, inThread = false, onThread = () => {}, empty }) {
    Object.assign(this, { channel, inThread, onThread, empty });
    this.inner = make("div", { class: "messages__inner" });
    this.node = make(
      "div",
      { class: "messages", role: "log", "aria-label": label, "aria-live": "off", tabindex: "0" },
      this.inner,
    );
    // Pictures and growing blocks change the height after the fact.
    new ResizeObserver(() => this.#sticks && this.toEnd()).observe(this.inner);
    this.node.addEventListener("scroll", () => { this.#sticks = this.atEnd(); }, { passive: true });
  }

  #sticks = true;

  atEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  show(messages) {
    const first = !this.loaded;
    this.loaded = true;
    const newest = messages.at(-1);
    const mineIsNew = newest && newest.ts !== this.messages.at(-1)?.ts && newest.user === this.me;
    this.messages = messages;
    this.draw();
    if (first || mineIsNew) {
      this.#sticks = true;
      this.toEnd();
    }
    // What was there at first is not news; what comes later is read out.
    if (first) setTimeout(() => this.node.setAttribute("aria-live", "polite"), 500);
  }

  items() {
    const items = [];
    let before = null;
    for (const message of this.messages) {
      if (this.#hidden.has(message.ts)) continue;
      const day = dayOf(message.ts);
      if (!this.inThread && (!before || dayOf(before.ts) !== day)) {
        items.push({ key: `day ${day}`, day });
        before = null;
      }
      const close = before && before.user === message.user && before.bot === message.bot && Number(message.ts) - Number(before.ts) < CLOSE_BY;
      items.push({
        key: message.ts,
        message,
        compact: Boolean(close && !message.ephemeral && !before.ephemeral && !message.bot),
      });
      before = message;
    }
    return items;
  }

  draw() {
    const items = this.items();
    if (!items.length) items.push({ key: "empty", empty: true });
    const place = {
      channel: this.channel,
      inThread: this.inThread,
      editing: this.editing,
      onThread: this.onThread,
      onEdit: (ts) => { this.editing = ts; this.draw(); },
      onHide: (ts) => { this.#hidden.add(ts); this.draw(); },
    };
    reconcile(this.inner, items, {
      keyOf: (item) => item.key,
      signatureOf: (item) => JSON.stringify([item, directory.edition, this.editing === item.key]),
      draw: (item) => this.#drawItem(item, place),
    });
    if (this.#sticks) this.toEnd();
  }

  #drawItem(item, place) {
    if (item.empty) return this.empty();
    if (item.day) return make("div", { class: "day", role: "separator" }, make("span", null, item.day));
    return drawMessage(item.message, place, { compact: item.compact });
  }
}
