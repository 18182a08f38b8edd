// What happens in the workspace before one begins: how far it has come, and what is under way.
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";

export class Progress {
  constructor(node, { onReady }) {
    Object.assign(this, { node, onReady });
  }

  show(progress) {
    this.onReady(progress?.ready !== false);
    const trouble = progress?.trouble;
    this.node.hidden = !progress || (progress.over && !trouble);
    if (this.node.hidden) return;
    refill(this.node,
      trouble ? icon("warning") : make("span", { class: "spinner", "aria-hidden": "true" }),
      make("span", { class: "progress__words" }, trouble || `${progress.doing}…`),
      trouble ? null : make("progress", {
        class: "progress__bar",
        max: progress.of,
        value: progress.done,
        "aria-label": "The past of this workspace",
      }));
  }
}
