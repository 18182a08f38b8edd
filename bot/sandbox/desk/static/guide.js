// Six stations for a newcomer, from a new build to the alarm: one is shown at a time, any can be chosen.
import { api } from "./api.js";
import { directory } from "./directory.js";
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { failed } from "./notice.js";
import { remember, remembered } from "./storage.js";
import { deed, tool } from "./tool.js";

const NAMES = ["What changed", "One click", "Install", "Receipts", "A new phone", "The alarm"];
const [CHANGED, ONE_CLICK, INSTALL, RECEIPTS, NEW_PHONE, ALARM] = NAMES.keys();
const FRESH = { open: true, done: NAMES.map(() => false), at: 0, card: null, alarm: null };
const NEXT = "Harbour-2.5.0-251.ipa";
const NEXT_ANDROID = "harbour-2.5.0-2510.apk";
const STRANGE = "Harbour-2.5.1-253.ipa";

export class Guide {
  #busy = false;
  #ready = true;

  constructor(node, { onSample, onPerson, onCommand, onPhone, onNewPhone }) {
    Object.assign(this, { node, onSample, onPerson, onCommand, onPhone, onNewPhone });
    // Another workspace is another first visit, and so is another start: its channels begin anew.
    this.name = `guide.${[directory.workspace.id, directory.workspace.born].filter(Boolean).join(".")}`;
    this.state = { ...FRESH, ...remembered(this.name) };
    document.addEventListener("slipway:followed", ({ detail }) => /\/i\//.test(detail.href) && this.finished(INSTALL));
    document.addEventListener("slipway:acted", ({ detail }) => detail.action === "release_distribute_usual" && this.distributed());
    this.draw();
  }

  toggle() {
    this.#keep({ open: !this.state.open, at: Math.max(0, this.state.done.indexOf(false)) });
  }

  /** What happened before is far enough, or not yet, for the first station. */
  ready(is) {
    if (is === this.#ready) return;
    this.#ready = is;
    this.draw();
  }

  distributed() {
    this.finished(ONE_CLICK);
  }

  finished(station) {
    if (this.state.done[station]) return;
    const done = this.state.done.map((was, index) => was || index === station);
    const next = [done.indexOf(false, station), done.indexOf(false), station].find((at) => at >= 0);
    this.#keep({ done, at: next });
  }

  #keep(change) {
    this.state = { ...this.state, ...change };
    remember(this.name, this.state);
    this.draw();
  }

  #named(first) {
    return directory.actors().find((person) => directory.firstNameOf(person.id) === first)?.id ?? null;
  }

  draw() {
    this.node.hidden = !this.state.open;
    if (!this.state.open) return;
    const finished = this.state.done.every(Boolean);
    refill(this.node,
      make("div", { class: "guide__head" },
        make("strong", null, finished ? "That is the whole road" : "From a build to a phone"),
        make("div", { class: "guide__stations", role: "group", "aria-label": "Stations" }, NAMES.map((_, index) => this.#tab(index))),
        tool(
          "close",
          "Close the guide",
          () => this.#keep({ open: false }),
          { title: "Close; the compass brings it back" },
        )),
      this.#station());
  }

  #tab(index) {
    const done = this.state.done[index];
    const words = `Station ${index + 1}: ${NAMES[index]}${done ? ", done" : ""}`;
    return make(
      "button",
      {
        type: "button",
        class: `guide__tab${done ? " guide__tab--done" : ""}`,
        "aria-label": words,
        "aria-pressed": String(index === this.state.at),
        on: { click: () => this.#keep({ at: index }) },
      },
      make("span", { class: "guide__number", "aria-hidden": "true" }, done ? icon("check") : String(index + 1)),
      make("span", { class: "guide__name" }, NAMES[index]),
    );
  }

  #station() {
    const [words, ...deeds] = [
      () => this.#changed(),
      () => this.#oneClick(),
      () => this.#install(),
      () => this.#receipts(),
      () => this.#newPhone(),
      () => this.#alarm(),
    ][this.state.at]();
    return make("div", { class: "station" },
      make("p", null, words),
      make("div", { class: "station__deeds" }, deeds));
  }

  #changed() {
    return [
      "Cid posts Harbour 2.5.0 in #mobile-builds. Slipway reads it and compares it with 2.4.0: what it may do now, whose phones it fits, how it is signed.",
      this.#sample("Post Harbour 2.5.0 as Cid", NEXT, CHANGED),
      this.#sample("The Android build", NEXT_ANDROID, CHANGED),
    ];
  }

  #oneClick() {
    return [
      "QA got the last one, so the card offers “Distribute to QA”. Ann presses it, once. “Distribute…” asks for groups, people and notes.",
      this.#become("Ann", "Be Ann, at the card", "Show me the card", "mobile-builds"),
    ];
  }

  #install() {
    return [
      "Bob has a message with an install link of his own. Open it as on a computer, or let his iPhone open it and install.",
      this.#become("Bob", "Be Bob", "Show his messages", "bot"),
      this.#working("Let his iPhone install it", async () => {
        await this.onPhone(this.#named("Bob"));
        this.finished(INSTALL);
      }),
    ];
  }

  #receipts() {
    return [
      "Who was told, who opened the page, whose phone has every byte: Ann asks for the release and sees it.",
      this.#working("Show Ann the receipts", async () => {
        await this.onCommand(this.#named("Ann"), "/release", "show harbour 2.5.0");
        this.finished(RECEIPTS);
      }),
    ];
  }

  #newPhone() {
    return [
      "Bob has a new iPhone, which no build is signed for. He writes its UDID to Slipway, Ann approves it, and the build that is there already is signed again for it. He hears when it installs.",
      this.#working("Send its UDID as Bob", async () => {
        await this.onNewPhone(this.#named("Bob"));
        await this.onPerson(this.#named("Bob"), "bot", null);
      }),
      this.#become("Ann", "Be Ann, who approves it", "Show her messages", "bot"),
      this.#working("Let the new iPhone install it", async () => {
        await this.onPhone(this.#named("Bob"), "newest");
        this.finished(NEW_PHONE);
      }),
    ];
  }

  #alarm() {
    return [
      "Harbour 2.5.1 is signed by another team, and no phone installs it over 2.5.0. The card says so loudly, and so does every question before it goes out.",
      this.#sample("Post it as Cid", STRANGE, ALARM),
    ];
  }

  /** A deed that takes a while: it turns until it is over, and says what went wrong. */
  #working(words, act) {
    const button = deed(words, async () => {
      if (this.#busy) return;
      this.#busy = true;
      button.setAttribute("aria-busy", "true");
      try {
        await act();
      } catch (problem) {
        failed(problem);
      } finally {
        this.#busy = false;
        button.removeAttribute("aria-busy");
      }
    });
    button.disabled = !this.#ready;
    return button;
  }

  #sample(words, file, station) {
    return this.#working(words, async () => {
      const thread = await this.onSample(file, this.#named("Cid"));
      this.#keep(station === ALARM ? { alarm: thread } : { card: thread });
      this.finished(station);
    });
  }

  #become(first, otherwise, already, place) {
    const person = this.#named(first);
    if (!person) return null;
    const thread = place === "bot" ? null : this.state.card;
    const button = deed(api.me === person ? already : otherwise, () => this.onPerson(person, place, thread));
    button.disabled = !this.#ready;
    return button;
  }
}
