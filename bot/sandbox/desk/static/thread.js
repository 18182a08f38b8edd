// The right-hand pane: a message and what was said about it.
import { api } from "./api.js";
import { Composer } from "./composer.js";
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { acceptsDrops } from "./drop.js";
import { MessageList } from "./messagelist.js";
import { failed } from "./notice.js";
import { tool } from "./tool.js";

const PAUSE = 40;

export class Thread {
  #timer = null;

  constructor(channel, ts, { onClose }) {
    this.channel = channel;
    this.ts = ts;
    this.list = new MessageList({
      label: "Thread",
      channel: channel.id,
      inThread: true,
      empty: () => make("p", { class: "empty" }, "This message is gone."),
    });
    this.me = api.me;
    this.list.me = api.me;
    this.composer = new Composer({
      channel: channel.id,
      name: "the thread",
      threadTs: ts,
      onSent: () => this.refresh(),
    });
    const where = channel.is_im ? directory.nameOf(channel.with_user) : `#${channel.name}`;
    this.node = make("div", { class: "pane" },
      make("header", { class: "pane__head" },
        tool("back", "Back to the channel", onClose, { kind: "pane__back" }),
        make("div", { class: "pane__title" }, make("h2", null, "Thread"), make("p", null, where)),
        tool("close", "Close the thread", onClose, { kind: "pane__close" })),
      this.list.node,
      channel.is_member === false && !channel.is_im ? null : this.composer.node);
    acceptsDrops(this.node, "the thread", (files) => this.composer.take(files));
  }

  refresh() {
    clearTimeout(this.#timer);
    return new Promise((resolve) => {
      this.#timer = setTimeout(() => this.load().then(resolve), PAUSE);
    });
  }

  async load() {
    try {
      const { messages } = await api.get("/desk/messages", { channel: this.channel.id, thread_ts: this.ts });
      if (api.me !== this.me) return;
      this.list.show(messages);
    } catch (problem) {
      // Somebody else may not see what the one before was looking at.
      if (api.me === this.me) failed(problem);
    }
  }

  redraw() {
    this.list.draw();
  }
}
