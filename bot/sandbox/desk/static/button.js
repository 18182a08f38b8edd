// Buttons, link buttons and overflow menus.
import { confirmed } from "./confirm.js";
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { follow, safeLink } from "./link.js";
import { menu } from "./menu.js";
import { words, written } from "./text.js";

async function pressed(node, element, { surface, block }) {
  if (node.getAttribute("aria-busy") === "true") return;
  if (!(await confirmed(element.confirm))) return;
  node.setAttribute("aria-busy", "true");
  try {
    await surface.act(block, element, element.value === undefined ? {} : { value: element.value });
  } finally {
    node.removeAttribute("aria-busy");
  }
}

const styleOf = (element) => (["primary", "danger"].includes(element.style) ? ` button--${element.style}` : "");

export function button(element, use) {
  const href = safeLink(element.url);
  const label = [make("span", { class: "button__words" }, written(element.text))];
  if (!href) {
    const node = make("button", {
      type: "button",
      class: `button${styleOf(element)}`,
      "aria-label": element.accessibility_label ?? null,
      data: { action: element.action_id ?? "" },
      on: { click: () => pressed(node, element, use) },
    }, label);
    return node;
  }
  const node = make("a", {
    class: `button${styleOf(element)}`,
    href,
    target: "_blank",
    rel: "noopener noreferrer",
    "aria-label": element.accessibility_label ?? null,
    data: { action: element.action_id ?? "" },
    on: { click: (event) => opened(event, node, element, use, href) },
  }, label, icon("link"));
  return node;
}

// The tab must open within the click itself, or the browser takes it for an advertisement.
async function opened(event, node, element, use, href) {
  document.dispatchEvent(new CustomEvent("slipway:followed", { detail: { href } }));
  if (!element.confirm) return void pressed(node, { ...element, confirm: null }, use);
  event.preventDefault();
  if (!(await confirmed(element.confirm))) return;
  follow(href);
  await pressed(node, { ...element, confirm: null }, use);
}

async function picked(option, element, { surface, block }) {
  if (option.url) follow(option.url);
  if (await confirmed(element.confirm)) await surface.act(block, element, { selected_option: option });
}

export function overflow(element, use) {
  const items = (element.options ?? []).map((option) => ({
    label: words(option.text),
    hint: words(option.description),
    run: () => picked(option, element, use),
  }));
  const node = make("button", {
    type: "button",
    class: "button button--square",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-label": "More",
    on: { click: () => menu(node, "More", items, { align: "end" }) },
  }, icon("dots"));
  return node;
}

export function workflowNote(element) {
  return make(
    "button",
    { type: "button", class: "button", disabled: true, title: "The sandbox runs no workflows." },
    written(element.text),
  );
}
