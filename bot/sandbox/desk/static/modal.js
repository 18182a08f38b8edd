// The modal: a stack of views in one dialog, with its errors under their blocks.
import { api } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { freshId, make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { failed } from "./notice.js";
import { Surface } from "./surface.js";
import { written } from "./text.js";
import { deed, tool } from "./tool.js";
import { complaints } from "./validity.js";

export class Modal {
  #stack = [];
  #dialog = null;
  #opener = null;

  constructor({ onSubmitted = () => {} } = {}) {
    this.onSubmitted = onSubmitted;
  }

  /** A view of its own: whatever was open goes. */
  open(view) {
    this.#opener ??= document.activeElement;
    this.#stack = [];
    this.#add(view);
  }

  push(view) {
    if (this.#find(view.id)) return this.update(view);
    return this.#add(view);
  }

  /** News about an open view. What was typed stays where block, action and kind are the same. */
  update(view) {
    const entry = this.#find(view.id) ?? this.#stack.find(({ view: known }) => view.external_id && known.external_id === view.external_id);
    if (!entry) return;
    entry.view = view;
    if (entry === this.#stack.at(-1)) this.#draw();
  }

  /** The server closed a view; without an id, all of them. */
  closed(viewId) {
    const at = this.#stack.findIndex(({ view }) => view.id === viewId);
    if (viewId && at < 0) return;
    this.#stack.length = viewId ? at : 0;
    this.#draw();
  }

  #find(id) {
    return this.#stack.find(({ view }) => view.id === id);
  }

  #add(view) {
    this.#stack.push({ view, surface: new Surface({ type: "view", view_id: view.id }), body: null });
    this.#draw();
  }

  #draw() {
    const entry = this.#stack.at(-1);
    if (!entry) return this.#leave();
    this.#dialog ??= this.#makeDialog();
    this.#writeFrame(entry);
    const fresh = !entry.body;
    entry.body ??= make("div", { class: "modal__blocks" });
    const focused = document.activeElement?.dataset?.focusKey;
    drawBlocks(entry.body, entry.view.blocks, entry.surface);
    if (this.bodyHolder.firstChild !== entry.body) this.bodyHolder.replaceChildren(entry.body);
    if (!this.#dialog.open) this.#dialog.showModal();
    if (fresh) this.#focusFirst(entry.body);
    else if (focused && document.activeElement === document.body) this.#focusAgain(entry.body, focused);
    return undefined;
  }

  #focusFirst(body) {
    this.bodyHolder.scrollTop = 0;
    const field = body.querySelector("input, textarea, .select__face") ?? this.submitButton ?? this.#dialog.querySelector("button");
    field?.focus({ preventScroll: true });
  }

  #focusAgain(body, key) {
    [...body.querySelectorAll("[data-focus-key]")].find((node) => node.dataset.focusKey === key)?.focus();
  }

  #makeDialog() {
    const id = freshId("modal");
    this.titleNode = make("h2", { id });
    this.bodyHolder = make("div", { class: "modal__body" });
    this.foot = make("footer", { class: "modal__foot" });
    this.backButton = tool("back", "Back to the previous view", () => this.#close());
    const form = make("form", {
      class: "modal__frame",
      novalidate: "novalidate",
      on: { submit: (event) => this.#submit(event) },
    },
      make("header", { class: "modal__head" }, this.backButton, this.titleNode,
        tool("close", "Close", () => this.#closeAll())),
      this.bodyHolder,
      make("div", { class: "modal__notices" }),
      this.foot);
    const dialog = make("dialog", { class: "modal", "aria-labelledby": id, on: {
      cancel: (event) => {
        event.preventDefault();
        this.#close();
      },
    } }, form);
    document.body.append(dialog);
    return dialog;
  }

  #writeFrame({ view }) {
    this.backButton.hidden = this.#stack.length < 2;
    refill(this.titleNode, written(view.title));
    this.submitButton = view.submit ? make(
      "button",
      { type: "submit", class: "button button--primary" },
      make("span", { class: "button__words" }, written(view.submit)),
    ) : null;
    const close = deed(view.close ? written(view.close) : view.submit ? "Cancel" : "Close", () => this.#close());
    refill(this.foot, close, this.submitButton);
  }

  #leave() {
    this.#dialog?.close();
    this.#dialog?.remove();
    this.#dialog = null;
    if (this.#opener?.isConnected) this.#opener.focus();
    this.#opener = null;
    return undefined;
  }

  #close() {
    const entry = this.#stack.pop();
    if (entry) api.post(`/desk/views/${encodeURIComponent(entry.view.id)}/close`).catch(failed);
    this.#draw();
  }

  #closeAll() {
    for (const { view } of this.#stack.splice(0).reverse()) api.post(`/desk/views/${encodeURIComponent(view.id)}/close`).catch(failed);
    this.#draw();
  }

  async #submit(event) {
    event.preventDefault();
    const entry = this.#stack.at(-1);
    if (!entry?.view.submit || this.submitButton.getAttribute("aria-busy") === "true") return;
    const state = entry.surface.values.toJSON();
    const found = complaints(entry.view.blocks, state);
    this.#showErrors(entry, found);
    if (Object.keys(found).length) return;
    const button = this.submitButton;
    button.setAttribute("aria-busy", "true");
    try {
      this.#answered(entry, await api.post(`/desk/views/${encodeURIComponent(entry.view.id)}/submit`, { state }));
    } catch (problem) {
      failed(problem);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  #answered(entry, answer) {
    if (answer.response_action === "errors") return this.#showErrors(entry, answer.errors ?? {});
    if (answer.response_action === "update") {
      entry.view = answer.view;
      entry.surface.container = { type: "view", view_id: answer.view.id };
      return this.#draw();
    }
    if (answer.response_action === "push") return this.push(answer.view);
    this.onSubmitted(entry.view);
    if (answer.response_action === "clear") return this.closed(null);
    // While the answer was under way the view may have been replaced by the stream; only this one goes.
    this.#stack = this.#stack.filter((each) => each !== entry);
    return this.#draw();
  }

  #showErrors(entry, errors) {
    const inputs = [...entry.body.querySelectorAll(".input")];
    for (const node of inputs) this.#showError(node, errors[node.dataset.blockId]);
    const first = inputs.find((node) => errors[node.dataset.blockId]);
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector("input, textarea, button")?.focus({ preventScroll: true });
    // An error for a block that is not shown must not be lost.
    const shown = new Set(inputs.map((node) => node.dataset.blockId));
    for (const [blockId, text] of Object.entries(errors)) if (!shown.has(blockId)) failed(new Error(String(text)));
  }

  #showError(node, text) {
    node.classList.toggle("input--wrong", Boolean(text));
    refill(node.querySelector(".error"), text ? [icon("warning"), make("span", null, String(text))] : []);
    const fields = node.querySelectorAll("input, textarea, .select__face");
    for (const field of fields) field.setAttribute("aria-invalid", String(Boolean(text)));
  }
}
