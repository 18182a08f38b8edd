// Selects of every kind: one or many, from a list, from the bot as one types, or from the workspace.
import { confirmed } from "./confirm.js";
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { Picker } from "./picker.js";
import { choiceOf, fieldsOf } from "./options.js";
import { words } from "./text.js";

class Select {
  constructor(element, use) {
    this.element = element;
    this.use = use;
    this.many = element.type.startsWith("multi_");
    [this.field, this.initialField] = fieldsOf(element);
    this.chosen = this.first().map((raw) => choiceOf(element, raw));
    this.node = make(
      "div",
      { class: `select${this.many ? " select--many" : ""}`, data: { action: element.action_id ?? "" } },
    );
    this.face = this.makeFace();
    this.keep();
    this.draw();
  }

  first() {
    const held = this.use.surface.values.held(this.use.block, this.element);
    const value = held ? held[this.field] : this.element[this.initialField];
    if (value === null || value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  label() {
    return words(this.element.placeholder) || (this.many ? "Choose some" : "Choose one");
  }

  makeFace() {
    return make("button", {
      type: "button",
      class: "select__face",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-describedby": this.use.describedBy,
      data: { focusKey: `${this.use.block.block_id} ${this.element.action_id}` },
      on: {
        click: () => this.open(),
        keydown: (event) => {
          if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
          event.preventDefault();
          this.open();
        },
      },
    });
  }

  draw() {
    const single = !this.many && this.chosen[0];
    const says = single ? single.label : this.many && this.chosen.length ? "Add more" : this.label();
    const named = this.use.labelledBy ? document.getElementById(this.use.labelledBy)?.textContent : "";
    this.face.setAttribute("aria-label", [named, single ? single.label : this.label()].filter(Boolean).join(": "));
    refill(
      this.face,
      single?.picture?.() ?? null,
      make("span", { class: single ? "select__value" : "select__empty" }, says),
      icon("down"),
    );
    refill(this.node, this.many ? this.chosen.map((choice) => this.chip(choice)) : null, this.face);
  }

  chip(choice) {
    return make("span", { class: "chip" }, choice.picture?.() ?? null, make("span", { class: "chip__words" }, choice.label),
      make(
        "button",
        {
          type: "button",
          class: "chip__off",
          "aria-label": `Remove ${choice.label}`,
          on: { click: () => this.take(this.without(choice)) },
        },
        icon("close"),
      ));
  }

  without(choice) {
    return this.chosen.filter((each) => each.key !== choice.key);
  }

  open() {
    if (this.picker?.isOpen) return this.picker.close(true);
    this.picker = new Picker(this.face, this.element, this.use, {
      label: this.label(),
      many: this.many,
      isChosen: (choice) => this.chosen.some((each) => each.key === choice.key),
      onPick: (choice) => this.pick(choice),
    });
  }

  async pick(choice) {
    if (!this.many) return this.take([choice]);
    const had = this.chosen.some((each) => each.key === choice.key);
    const limit = this.element.max_selected_items ?? Infinity;
    if (!had && this.chosen.length >= limit) return undefined;
    return this.take(had ? this.without(choice) : [...this.chosen, choice]);
  }

  value() {
    const raws = this.chosen.map((choice) => choice.raw);
    return { [this.field]: this.many ? raws : raws[0] ?? null };
  }

  keep() {
    this.use.surface.values.put(this.use.block, this.element, this.value());
  }

  async take(chosen) {
    if (this.use.dispatches && !(await confirmed(this.element.confirm))) return;
    this.chosen = chosen;
    this.keep();
    this.draw();
    this.picker?.refresh();
    if (!this.use.dispatches) return;
    this.node.setAttribute("aria-busy", "true");
    await this.use.surface.act(this.use.block, this.element, this.value());
    this.node.removeAttribute("aria-busy");
  }
}

export function select(element, use) {
  return new Select(element, use).node;
}
