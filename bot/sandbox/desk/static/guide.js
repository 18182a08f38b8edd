// Three steps for a newcomer: post a build, send it to people, install it as one of them.
import { api } from "./api.js";
import { directory } from "./directory.js";
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { failed } from "./notice.js";
import { remember, remembered } from "./storage.js";
import { deed, tool } from "./tool.js";

const FRESH = { open: true, done: [false, false, false], at: 0 };

export class Guide {
  #busy = false;

  constructor(node, { onSample, onPerson }) {
    Object.assign(this, { node, onSample, onPerson });
    // Another workspace is another first visit.
    this.name = `guide.${directory.workspace.id ?? ""}`;
    this.state = { ...FRESH, ...remembered(this.name) };
    document.addEventListener("slipway:followed", ({ detail }) => /\/i\//.test(detail.href) && this.finished(2));
    this.draw();
  }

  toggle() {
    this.#keep({ open: !this.state.open, at: Math.max(0, this.state.done.indexOf(false)) });
  }

  finished(step) {
    if (this.state.done[step]) return;
    const done = this.state.done.map((was, index) => was || index === step);
    this.#keep({ done, at: Math.max(0, done.indexOf(false)) });
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
    const steps = [this.#post(), this.#send(), this.#install()];
    const finished = this.state.done.every(Boolean);
    refill(this.node,
      make("div", { class: "guide__head" },
        make("strong", null, finished ? "That is the whole road" : "Three steps to a phone"),
        make(
          "div",
          { class: "guide__dots", role: "group", "aria-label": "Steps" },
          steps.map((_, index) => this.#dot(index)),
        ),
        tool(
          "close",
          "Close the guide",
          () => this.#keep({ open: false }),
          { title: "Close; the compass brings it back" },
        )),
      make("ol", { class: "guide__steps" }, steps));
  }

  #dot(index) {
    const words = `Step ${index + 1}${this.state.done[index] ? ", done" : ""}`;
    return make(
      "button",
      {
        type: "button",
        class: "guide__dot",
        "aria-label": words,
        "aria-pressed": String(index === this.state.at),
        on: { click: () => this.#keep({ at: index }) },
      },
      this.state.done[index] ? icon("check") : String(index + 1),
    );
  }

  #step(index, title, words, ...deeds) {
    const done = this.state.done[index];
    return make("li", { class: `step${done ? " step--done" : ""}${index === this.state.at ? " step--now" : ""}` },
      make("span", { class: "step__number", "aria-hidden": "true" }, done ? icon("check") : String(index + 1)),
      make(
        "div",
        { class: "step__words" },
        make("h3", null, title, done ? make("span", { class: "unseen" }, " (done)") : null),
        make("p", null, words),
        make("div", { class: "step__deeds" }, deeds),
      ));
  }

  #sample(words, file) {
    const button = deed(words, () => this.#postSample(button, file));
    return button;
  }

  async #postSample(button, file) {
    if (this.#busy) return;
    this.#busy = true;
    button.setAttribute("aria-busy", "true");
    try {
      this.#keep({ card: await this.onSample(file) });
      this.finished(0);
    } catch (problem) {
      failed(problem);
    } finally {
      this.#busy = false;
      button.removeAttribute("aria-busy");
    }
  }

  #post() {
    return this.#step(0, "Post a build", "As anybody, in #mobile-builds. Slipway reads it and answers in the thread.",
      this.#sample("Post the sample iOS build", "harbour.ipa"), this.#sample("…Android build", "harbour.apk"));
  }

  #send() {
    const ann = this.#named("Ann");
    const words = "On the card, as Ann. A new app asks for “Create app…” first.";
    return this.#step(
      1,
      "Press “Distribute…”",
      words,
      this.#become(ann, "Be Ann", "Show me the card", "mobile-builds"),
    );
  }

  #install() {
    const bob = this.#named("Bob");
    const words = "His personal link is in his messages from Slipway.";
    return this.#step(2, "Install it as Bob", words, this.#become(bob, "Be Bob", "Show his messages", "bot"));
  }

  #become(person, otherwise, already, place) {
    if (!person) return null;
    const thread = place === "bot" ? null : this.state.card;
    return deed(api.me === person ? already : otherwise, () => this.onPerson(person, place, thread));
  }
}
