// The list that opens under a select: searchable, moved through with the arrow keys.
import { freshId, make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { choicesFor, isExternal } from "./options.js";
import { popup } from "./popup.js";

const PAUSE = 180;
const SEARCHED_FROM = 7;

export class Picker {
  isOpen = true;
  shown = [];
  active = -1;
  #asked = 0;
  #timer = null;

  constructor(anchor, element, use, { label, many, isChosen, onPick }) {
    Object.assign(this, { element, use, many, isChosen, onPick });
    this.id = freshId("list");
    this.least = isExternal(element) ? element.min_query_length ?? 3 : 0;
    this.list = make(
      "ul",
      {
        id: this.id,
        class: "options",
        role: "listbox",
        "aria-label": label,
        "aria-multiselectable": many ? "true" : null,
      },
    );
    this.search = this.makeSearch(label);
    const few = element.type.endsWith("static_select") && this.size() < SEARCHED_FROM;
    const bar = make("div", { class: `search${few ? " search--hidden" : ""}` }, icon("search"), this.search);
    anchor.setAttribute("aria-expanded", "true");
    this.sheet = popup(anchor, [bar, this.list], {
      fill: true,
      name: "popup--list",
      onClose: () => {
        this.isOpen = false;
        anchor.setAttribute("aria-expanded", "false");
      },
    });
    this.search.focus();
    this.load();
  }

  size() {
    const groups = this.element.option_groups ?? [{ options: this.element.options ?? [] }];
    return groups.reduce((sum, group) => sum + group.options.length, 0);
  }

  makeSearch(label) {
    return make("input", {
      type: "text",
      class: "search__field",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: this.least ? `Type at least ${this.least} letter${this.least === 1 ? "" : "s"}` : "Type to search",
      "aria-label": `Search: ${label}`,
      "aria-controls": this.id,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
      on: { input: () => this.typed(), keydown: (event) => this.pressed(event) },
    });
  }

  close(returned) {
    this.sheet.close(returned);
  }

  typed() {
    clearTimeout(this.#timer);
    if (!isExternal(this.element)) return void this.load();
    this.say("Searching…");
    this.#timer = setTimeout(() => this.load(), PAUSE);
  }

  async load() {
    const typed = this.search.value;
    this.#asked += 1;
    const asked = this.#asked;
    if (typed.trim().length < this.least) return void this.say(`Type at least ${this.least} letter${this.least === 1 ? "" : "s"}.`);
    if (isExternal(this.element) && !this.groups) this.say("Searching…");
    try {
      const groups = await choicesFor(this.element, typed, this.use);
      // An answer to an earlier question must not overwrite the one to a later.
      if (asked !== this.#asked || !this.isOpen) return;
      this.groups = groups;
      this.draw();
    } catch (problem) {
      if (asked === this.#asked) this.say(problem.message, { error: true });
    }
  }

  say(text, { error = false } = {}) {
    this.shown = [];
    this.active = -1;
    refill(
      this.list,
      make(
        "li",
        { class: `options__word${error ? " options__word--error" : ""}`, role: error ? "alert" : "presentation" },
        text,
      ),
    );
    this.sheet?.place();
  }

  draw() {
    this.shown = this.groups.flatMap((group) => group.choices);
    if (!this.shown.length) return void this.say(this.search.value ? "Nothing fits what you typed." : "There is nothing to choose from.");
    const at = this.shown.findIndex((choice) => this.isChosen(choice));
    this.active = at < 0 ? 0 : at;
    let index = 0;
    const rows = this.groups.map((group) => [
      group.label ? make("li", { class: "options__group", role: "presentation" }, group.label) : null,
      group.choices.map((choice) => this.row(choice, index++)),
    ]);
    refill(this.list, rows);
    this.mark();
    this.sheet.place();
  }

  row(choice, index) {
    return make("li", {
      id: `${this.id}-${index}`,
      class: "option",
      role: "option",
      "aria-selected": String(this.isChosen(choice)),
      on: {
        pointermove: () => this.move(index),
        click: () => this.take(choice),
      },
    }, choice.picture?.() ?? null, make(
      "span",
      { class: "option__words" },
      make("span", null, choice.label),
      choice.hint ? make("small", null, choice.hint) : null,
    ), icon("check"));
  }

  refresh() {
    if (!this.isOpen || !this.shown.length) return;
    for (const [index, choice] of this.shown.entries()) {
      const row = document.getElementById(`${this.id}-${index}`);
      row?.setAttribute("aria-selected", String(this.isChosen(choice)));
    }
    this.sheet.place();
  }

  take(choice) {
    if (!this.many) this.close(true);
    else this.search.focus();
    this.onPick(choice);
  }

  move(index) {
    if (index === this.active) return;
    this.active = index;
    this.mark();
  }

  mark() {
    for (const row of this.list.querySelectorAll(".option")) row.classList.toggle(
      "option--active",
      row.id === `${this.id}-${this.active}`,
    );
    const row = document.getElementById(`${this.id}-${this.active}`);
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.search.setAttribute("aria-activedescendant", row.id);
    else this.search.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.shown.length) {
      event.preventDefault();
      this.move((this.active + steps[event.key] + this.shown.length) % this.shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.shown[this.active]) this.take(this.shown[this.active]);
    } else if (event.key === "Tab") this.close(true);
  }
}
