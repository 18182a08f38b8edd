// The list of suggestions above the composer.
import { freshId, make, refill } from "./dom.js";
import { suggestionsFor } from "./suggestions.js";

export class Hints {
  #shown = [];
  #active = 0;
  #moved = false;

  constructor(field, { withCommands }) {
    this.field = field;
    this.withCommands = withCommands;
    this.id = freshId("hints");
    this.node = make("ul", { class: "hints", id: this.id, role: "listbox", "aria-label": "Suggestions", hidden: true });
    field.setAttribute("aria-controls", this.id);
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
  }

  update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.#shown = suggestionsFor(before, { withCommands: this.withCommands });
    this.#active = 0;
    this.#moved = false;
    this.#draw();
  }

  hide() {
    this.#shown = [];
    this.#draw();
  }

  #draw() {
    this.node.hidden = !this.#shown.length;
    refill(this.node, this.#shown.map((item, index) => make("li", {
      id: `${this.id}-${index}`,
      class: `hint-row${index === this.#active ? " hint-row--active" : ""}`,
      role: "option",
      "aria-selected": String(index === this.#active),
      on: { pointerdown: (event) => { event.preventDefault(); this.#take(item); } },
    }, item.picture(), make(
      "span",
      { class: "hint-row__words" },
      make("strong", null, item.label),
      item.usage ? make("code", null, item.usage) : null,
    ), make("small", null, item.hint))));
    if (this.#shown.length) this.field.setAttribute("aria-activedescendant", `${this.id}-${this.#active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #take(item) {
    const at = this.field.selectionStart;
    const before = this.field.value.slice(0, at);
    const after = this.field.value.slice(at);
    const now = item.whole ?? before.replace(/[@#][\p{L}\p{N}._-]*$/u, item.word);
    this.field.value = now + after;
    this.field.setSelectionRange(now.length, now.length);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
  }

  // A name that is typed to its end needs no completing: Enter sends then.
  #isHalf(item) {
    return Boolean(item.word) && !this.field.value.slice(0, this.field.selectionStart).toLowerCase().endsWith(item.word.trim().toLowerCase());
  }

  /** True when the key was for the list. Enter sends a command as typed, unless somebody moved to a suggestion. */
  pressed(event) {
    if (!this.#shown.length) return false;
    if (event.key === "Escape") {
      this.hide();
      return true;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#active = (this.#active + step + this.#shown.length) % this.#shown.length;
      this.#moved = true;
      this.#draw();
      return true;
    }
    const item = this.#shown[this.#active];
    if (event.key === "Tab" || (event.key === "Enter" && (this.#moved || this.#isHalf(item)))) {
      this.#take(item);
      return true;
    }
    return false;
  }
}
