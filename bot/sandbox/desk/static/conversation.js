// The centre: a channel or a direct message with its list and its composer.
import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { acceptsDrops } from "./drop.js";
import { emptyChannel } from "./empty.js";
import { icon } from "./icon.js";
import { MessageList } from "./messagelist.js";
import { failed } from "./notice.js";
import { tool } from "./tool.js";

const PAUSE = 40;

export class Conversation {
  #timer = null;

  constructor(channel, { onThread, onRead, onList }) {
    this.channel = channel;
    this.me = api.me;
    this.onRead = onRead;
    const name = channel.is_im ? directory.nameOf(channel.with_user) : `#${channel.name}`;
    this.list = new MessageList({
      label: `Messages in ${name}`,
      channel: channel.id,
      onThread,
      empty: () => emptyChannel(channel, this),
    });
    this.list.me = api.me;
    this.composer = new Composer({ channel: channel.id, name, onSent: () => this.refresh() });
    this.node = make("div", { class: "pane" }, this.#head(name, onList), this.#absence(), this.list.node, this.#foot());
    acceptsDrops(this.node, name, (files) => this.composer.take(files));
  }

  #head(name, onList) {
    const { channel } = this;
    const withBot = channel.is_im && directory.isBot(channel.with_user);
    const picture = channel.is_im ? avatar(channel.with_user, "avatar--small") : icon(channel.is_private ? "lock" : "hash");
    return make("header", { class: "pane__head" },
      tool("menu", "Show channels and people", onList, { kind: "pane__menu" }),
      make("span", { class: "pane__picture" }, picture),
      make(
        "div",
        { class: "pane__title" },
        make("h1", null, channel.is_im ? name : channel.name),
        channel.purpose ? make("p", null, channel.purpose) : null,
      ),
      withBot ? homeTabs("messages", channel.id) : null);
  }

  #absence() {
    const { channel } = this;
    if (channel.is_im || channel.bot_is_member !== false) return null;
    return make(
      "p",
      { class: "absence" },
      icon("warning"),
      "Slipway is not in this channel: builds posted here get no answer. Try #mobile-builds.",
    );
  }

  #foot() {
    if (this.channel.is_im || this.channel.is_member !== false) return this.composer.node;
    return make(
      "p",
      { class: "absence absence--foot" },
      icon("eye"),
      `You are not in #${this.channel.name}, so you can read but not write.`,
    );
  }

  /** Ask anew, once for a burst of news. */
  refresh() {
    clearTimeout(this.#timer);
    return new Promise((resolve) => {
      this.#timer = setTimeout(() => this.load().then(resolve), PAUSE);
    });
  }

  async load() {
    try {
      const { messages } = await api.get("/desk/messages", { channel: this.channel.id });
      if (api.me !== this.me) return;
      this.list.show(messages);
      this.onRead();
    } catch (problem) {
      // Somebody else may not see what the one before was looking at.
      if (api.me === this.me) failed(problem);
    }
  }

  redraw() {
    this.list.draw();
  }
}

/** The two sides of the bot: its home and the talk with it. */
export function homeTabs(current, imId) {
  const tab = (name, words, place) => make(
    "a",
    { class: "tab", href: `#/-/${place}`, "aria-current": name === current ? "page" : null },
    words,
  );
  return make(
    "nav",
    { class: "tabs", "aria-label": "Slipway" },
    tab("home", "Home", "home"),
    imId ? tab("messages", "Messages", imId) : null,
  );
}
