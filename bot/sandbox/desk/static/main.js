// The desk: one page, one person at a time, and everything that happens in the workspace.
import { api } from "./api.js";
import { Conversation } from "./conversation.js";
import { directory } from "./directory.js";
import { make, refill } from "./dom.js";
import { Guide } from "./guide.js";
import { Home } from "./home.js";
import { Modal } from "./modal.js";
import { banner, failed } from "./notice.js";
import { closePopup } from "./popup.js";
import { Progress } from "./progress.js";
import { addressOf, parsed } from "./route.js";
import { postSample } from "./samples.js";
import { Sidebar } from "./sidebar.js";
import { remember, remembered } from "./storage.js";
import { Stream } from "./stream.js";
import { Thread } from "./thread.js";

const FIRST_PLACE = "mobile-builds";
const PATIENCE = 900;

class Desk {
  channels = [];
  place = null;
  centre = null;
  thread = null;
  #downTimer = null;

  constructor() {
    this.frame = document.getElementById("desk");
    this.centreNode = document.getElementById("centre");
    this.threadNode = document.getElementById("thread");
    this.modal = new Modal({ onSubmitted: (view) => this.#submitted(view) });
    this.sidebar = new Sidebar(document.getElementById("sidebar"), {
      onPerson: (person) => this.become(person),
      onGuide: () => this.guide?.toggle(),
      onClose: () => this.show("main"),
    });
    this.stream = new Stream({
      onEvent: (event) => this.#hear(event),
      onUp: ({ again }) => this.#up(again),
      onDown: () => this.#down(),
    });
  }

  async start() {
    try {
      directory.takePeople(await api.get("/desk/people"));
      this.guide = new Guide(document.getElementById("guide"), {
        onSample: (name, person) => this.postSample(name, person),
        onPerson: (person, place, thread) => this.become(person, place, thread),
        onCommand: (person, command, text) => this.type(person, command, text),
        onPhone: (person, phone) => api.post("/desk/phone", phone ? { phone } : {}, person),
        onNewPhone: (person) => api.post("/desk/new-phone", {}, person),
      });
      this.progress = new Progress(document.getElementById("progress"), { onReady: (is) => this.guide.ready(is) });
      this.progress.show(directory.standing.find(({ type }) => type === "progress"));
      addEventListener("hashchange", () => this.follow());
      addEventListener("pointerdown", (event) => this.#noteLink(event), true);
      await this.follow();
    } catch (problem) {
      refill(this.centreNode, make("div", { class: "empty" }, make("h1", null, "The sandbox did not open"), make("p", null, problem.message),
        make(
          "button",
          { type: "button", class: "button button--primary", on: { click: () => location.reload() } },
          "Try again",
        )));
    }
  }

  // A link in a text tells the guide as much as a button does.
  #noteLink(event) {
    const href = event.target.closest?.("a.link")?.href;
    if (href) document.dispatchEvent(new CustomEvent("slipway:followed", { detail: { href } }));
  }

  show(pane) {
    this.frame.dataset.pane = pane;
  }

  go(place, thread = null) {
    const address = addressOf({ person: api.me, place, thread });
    if (location.hash === address) return this.follow();
    location.hash = address;
    return undefined;
  }

  /**
   * Do what the address says: become somebody, go somewhere, open a thread.
   *
   * An address that changed while the server was asked is followed by the call that its change
   * made. What went before would show its own place last, over the newer one.
   */
  async follow() {
    closePopup();
    const address = location.hash;
    const wanted = parsed(address);
    const person = this.#personFor(wanted.person);
    if (!person) throw new Error("There is nobody in this workspace to be.");
    if (person !== api.me) await this.#enter(person);
    await this.#loadChannels();
    if (location.hash === address) this.#goTo(wanted.place, wanted.thread);
  }

  #personFor(wanted) {
    const actors = directory.actors();
    const known = [wanted, api.me, remembered("person")].find((id) => actors.some((person) => person.id === id));
    return known ?? actors[0]?.id;
  }

  async #enter(person) {
    api.me = person;
    remember("person", person);
    this.place = null;
    this.threadKey = null;
    this.modal.closed(null);
    closePopup();
    directory.channels.clear();
    await directory.refresh();
    this.guide.draw();
    this.stream.open();
  }

  async #loadChannels() {
    try {
      const { channels } = await api.get("/desk/channels");
      this.channels = channels;
      directory.takeChannels(channels);
    } catch (problem) {
      if (!this.channels.length) throw problem;
    }
    this.#drawSidebar();
  }

  #drawSidebar() {
    this.sidebar.draw({ me: api.me, place: this.place, channels: this.channels });
  }

  botTalk() {
    return this.channels.find((channel) => channel.is_im && directory.isBot(channel.with_user)) ?? null;
  }

  #goTo(placeId, threadTs) {
    const fallback = this.channels.find((channel) => channel.name === FIRST_PLACE) ?? this.channels[0];
    const channel = this.channels.find(({ id }) => id === placeId) ?? (placeId === "home" ? null : fallback);
    const place = channel?.id ?? "home";
    if (place !== this.place) this.#openPlace(place, channel);
    const threadKey = threadTs && channel ? `${channel.id} ${threadTs}` : null;
    if (threadKey !== this.threadKey || place !== this.threadPlace) this.#openThread(channel, threadTs, threadKey);
    this.show(this.thread ? "thread" : "main");
    history.replaceState(null, "", addressOf({ person: api.me, place, thread: this.thread ? threadTs : null }));
    this.#drawSidebar();
  }

  #openPlace(place, channel) {
    this.place = place;
    const onList = () => this.show("list");
    this.centre = channel
      ? new Conversation(channel, { onThread: (ts) => this.go(place, ts), onRead: () => this.#read(channel), onList })
      : new Home({ imId: this.botTalk()?.id, onList });
    this.centreNode.dataset.place = place;
    this.centreNode.replaceChildren(this.centre.node);
    this.centre.load();
    if (channel && matchMedia("(hover: hover)").matches) this.centre.composer.focus();
  }

  #openThread(channel, ts, key) {
    this.threadKey = key;
    this.threadPlace = channel?.id ?? "home";
    this.thread = key ? new Thread(channel, ts, { onClose: () => this.go(channel.id) }) : null;
    this.threadNode.hidden = !this.thread;
    this.frame.dataset.thread = this.thread ? "open" : "closed";
    this.threadNode.replaceChildren(...(this.thread ? [this.thread.node] : []));
    this.thread?.load();
    if (this.thread && matchMedia("(hover: hover)").matches) this.thread.composer.focus();
  }

  #read(channel) {
    const known = this.channels.find(({ id }) => id === channel.id);
    if (known) known.unread = 0;
    this.#drawSidebar();
  }

  /** Be somebody else: in the same channel where that is possible, or where `place` says. */
  async become(person, place = null, thread = null) {
    const here = this.channels.find(({ id }) => id === this.place);
    const same = this.place === "home" || (here && !here.is_im) ? this.place : null;
    try {
      if (person !== api.me) await this.#enter(person);
      await this.#loadChannels();
    } catch (problem) {
      failed(problem);
      return;
    }
    const named = place === "bot" ? this.botTalk() : this.channels.find((channel) => channel.name === place);
    this.go(named?.id ?? (place === "bot" ? "home" : same), thread);
  }

  /** Type a command in the builds channel as somebody, and stay where its answer appears. */
  async type(person, command, text) {
    await this.become(person, FIRST_PLACE);
    const channel = this.channels.find((each) => each.name === FIRST_PLACE);
    await api.post("/desk/commands", { channel: channel.id, command, text });
  }

  /** Post a sample in the builds channel as somebody and open its thread, which is where the bot answers. */
  async postSample(name, person) {
    if (person && person !== api.me) await this.become(person, FIRST_PLACE);
    const channel = this.channels.find((each) => each.name === FIRST_PLACE);
    if (!channel) throw new Error(`There is no #${FIRST_PLACE} in this workspace.`);
    const answer = await postSample(name, channel.id);
    const ts = answer.ts ?? answer.message?.ts ?? (await this.#newestOwn(channel.id));
    this.go(channel.id, ts);
    return ts;
  }

  async #newestOwn(channel) {
    const { messages } = await api.get("/desk/messages", { channel });
    return messages.filter((message) => message.user === api.me && message.files?.length).at(-1)?.ts ?? null;
  }

  #submitted(view) {
    if (/distribut/i.test(`${view.callback_id} ${view.title?.text}`)) this.guide?.distributed();
  }

  #hear(event) {
    const deeds = {
      message: () => this.#news(event),
      message_changed: () => this.#news(event),
      message_deleted: () => this.#news(event),
      view_opened: () => event.view?.type !== "home" && this.modal.open(event.view),
      view_pushed: () => event.view && this.modal.push(event.view),
      view_updated: () => (event.view?.type === "home" ? this.#home() : this.modal.update(event.view)),
      view_closed: () => this.modal.closed(event.view_id ?? event.view?.id ?? null),
      home: () => this.#home(),
      progress: () => this.progress?.show(event),
      channels: () => this.#loadChannels().catch(failed),
      people: () => this.#loadPeople().catch(failed),
      error: () => failed(new Error(event.text)),
    };
    deeds[event.type]?.();
  }

  async #loadPeople() {
    directory.takePeople(await api.get("/desk/people"));
    this.#drawSidebar();
    this.centre?.redraw();
    this.thread?.redraw();
  }

  #home() {
    if (this.place === "home") this.centre.refresh();
  }

  #news({ channel }) {
    if (channel === this.place) {
      this.centre.refresh();
      this.thread?.refresh();
    }
    clearTimeout(this.newsTimer);
    this.newsTimer = setTimeout(() => this.#loadChannels().catch(failed), 120);
  }

  #up(again) {
    clearTimeout(this.#downTimer);
    this.#downTimer = null;
    banner(null);
    if (!again) return;
    this.#loadChannels().catch(failed);
    this.centre?.refresh();
    this.thread?.refresh();
  }

  // A line that comes back at once is nothing to speak of.
  #down() {
    this.#downTimer ??= setTimeout(
      () => banner("The sandbox is not answering. Is slipway demo still running? Trying again…"),
      PATIENCE,
    );
  }
}

new Desk().start();
