// Short news at the edge of the page, and a banner for what lasts.
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { tool } from "./tool.js";

const STAYS = 7000;

/** Say something for a few seconds. An error is read out at once and stays longer. */
export function notice(text, { error = false } = {}) {
  const close = tool("close", "Close this notice", () => node.remove());
  const node = make("div", { class: `notice${error ? " notice--error" : ""}`, role: error ? "alert" : "status" },
    icon(error ? "warning" : "check"), make("p", null, text), close);
  // A modal dialog makes the rest of the page inert, so the news goes where it can be read and closed.
  const shelf = [...document.querySelectorAll("dialog[open]")].at(-1)?.querySelector(".modal__notices") ?? document.getElementById("notices");
  shelf.append(node);
  setTimeout(() => node.remove(), error ? STAYS * 2 : STAYS);
}

export function failed(problem) {
  console.warn(problem);
  notice(problem?.message || "Something went wrong that has no words.", { error: true });
}

export function banner(text) {
  refill(
    document.getElementById("banner"),
    text ? [make("span", { class: "spinner", "aria-hidden": "true" }), make("span", null, text)] : [],
  );
}
