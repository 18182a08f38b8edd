// Buttons of our own: a picture with a name, or a few words.
import { make } from "./dom.js";
import { icon } from "./icon.js";

/** A button that shows only a picture; its name is read out and shown as a tip. */
export function tool(picture, name, run, { kind = "", ...more } = {}) {
  const attributes = { type: "button", class: `plain ${kind}`.trim(), "aria-label": name, title: name, ...more };
  return make("button", { ...attributes, on: { click: run } }, icon(picture));
}

/** A tool that opens a menu beside itself. */
export function menuTool(picture, name, open) {
  const button = tool(picture, name, () => open(button), { "aria-haspopup": "menu", "aria-expanded": "false" });
  return button;
}

/** A button with words. */
export function deed(words, run, kind = "") {
  return make(
    "button",
    { type: "button", class: `button ${kind}`.trim(), on: { click: run } },
    make("span", { class: "button__words" }, words),
  );
}
