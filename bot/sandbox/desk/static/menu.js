// A menu of things to do: arrow keys move, Enter does, Escape leaves.
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { popup } from "./popup.js";

function entry(item, close) {
  if (item === "-") return make("li", { role: "separator", class: "menu__rule" });
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const button = make("button", {
    type: "button",
    role,
    tabindex: "-1",
    class: `menu__item${item.danger ? " menu__item--danger" : ""}`,
    "aria-checked": item.checked === undefined ? null : String(item.checked),
    on: { click: () => { close(true); item.run(); } },
  }, item.picture ?? (item.icon ? icon(item.icon) : null), make(
    "span",
    { class: "menu__words" },
    make("span", null, item.label),
    item.hint ? make("small", null, item.hint) : null,
  ), item.checked ? icon("check") : null);
  return make("li", { role: "none" }, button);
}

function moved(list, step) {
  const buttons = [...list.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const next = step === "first" ? 0 : step === "last" ? buttons.length - 1 : (at + step + buttons.length) % buttons.length;
  buttons[next]?.focus();
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

/** Open a menu of `{label, hint?, icon?, danger?, checked?, run}` and `"-"` for a rule. */
export function menu(anchor, label, items, options = {}) {
  let handle = null;
  const close = (returned) => handle?.close(returned);
  const list = make("ul", {
    role: "menu",
    "aria-label": label,
    class: "menu",
    on: {
      keydown: (event) => {
        if (event.key === "Tab") close(true);
        if (!(event.key in STEPS)) return;
        event.preventDefault();
        moved(list, STEPS[event.key]);
      },
    },
  }, items.map((item) => entry(item, close)));
  anchor.setAttribute("aria-expanded", "true");
  handle = popup(
    anchor,
    list,
    { name: "popup--menu", ...options, onClose: () => anchor.setAttribute("aria-expanded", "false") },
  );
  (list.querySelector('[aria-checked="true"]') ?? list.querySelector("button"))?.focus();
  return handle;
}
