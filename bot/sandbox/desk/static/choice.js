// Checkboxes and radio buttons.
import { confirmed } from "./confirm.js";
import { freshId, make } from "./dom.js";
import { written } from "./text.js";

function row(option, { type, name, checked, onChange }) {
  const input = make("input", { type, name, checked, value: option.value, on: { change: onChange } });
  const node = make("label", { class: "choice" }, input, make("span", { class: "choice__words" },
    written(option.text), option.description ? make("small", null, written(option.description)) : null));
  return { input, node, option };
}

function group(element, { labelledBy, describedBy }, role, rows) {
  return make(
    "div",
    {
      class: "choices",
      role,
      "aria-labelledby": labelledBy,
      "aria-describedby": describedBy,
      data: { action: element.action_id ?? "" },
    },
    rows.map(({ node }) => node),
  );
}

function chosen(element, use, type, valueOf, first) {
  const name = freshId("choice");
  let before = first;
  const changed = async () => {
    const now = rows.filter(({ input }) => input.checked).map(({ option }) => option);
    if (use.dispatches && !(await confirmed(element.confirm))) return restore();
    before = now;
    use.surface.values.put(use.block, element, valueOf(now));
    if (use.dispatches) await use.surface.act(use.block, element, valueOf(now));
  };
  const restore = () => rows.forEach((each) => { each.input.checked = before.some((option) => option.value === each.option.value); });
  const rows = (element.options ?? []).map((option) => row(option, {
    type, name, onChange: changed, checked: first.some((each) => each.value === option.value),
  }));
  use.surface.values.put(use.block, element, valueOf(first));
  return rows;
}

export function checkboxes(element, use) {
  const first = use.surface.values.held(use.block, element)?.selected_options ?? element.initial_options ?? [];
  return group(element, use, "group", chosen(element, use, "checkbox", (now) => ({ selected_options: now }), first));
}

export function radioButtons(element, use) {
  const held = use.surface.values.held(use.block, element);
  const first = held ? held.selected_option : element.initial_option;
  return group(
    element,
    use,
    "radiogroup",
    chosen(element, use, "radio", (now) => ({ selected_option: now[0] ?? null }), first ? [first] : []),
  );
}
