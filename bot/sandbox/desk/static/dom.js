// Elements are made here and nowhere else. Text only ever becomes text nodes: nothing parses markup.

const SVG = "http://www.w3.org/2000/svg";
const BOOLEAN = new Set(["disabled", "checked", "hidden", "multiple", "required", "readonly", "autofocus", "selected"]);
const REFUSED = /^(on|style$|srcdoc$|innerhtml$|outerhtml$)/i;

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) set(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    return;
  }
  if (name === "data") {
    Object.assign(node.dataset, value);
    return;
  }
  if (REFUSED.test(name)) throw new Error(`The attribute ${name} is not set on this page.`);
  if (name === "value" && "value" in node && node.tagName !== "LI") node.value = value;
  else node.setAttribute(name, BOOLEAN.has(name) ? "" : String(value));
}

export function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function drawing(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function refill(node, ...children) {
  node.replaceChildren();
  return fill(node, null, children);
}

let counter = 0;
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

const drawn = new WeakMap();

/**
 * Bring the children of `parent` in line with `items`, keeping each node whose signature has not changed,
 * so that an open menu, a half-typed word and the focus survive news about something else.
 */
export function reconcile(parent, items, { keyOf, signatureOf, draw }) {
  const before = drawn.get(parent) ?? new Map();
  const after = new Map();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item, index);
    const signature = signatureOf(item, index);
    const known = before.get(key);
    const node = known?.signature === signature ? known.node : draw(item, index, known?.node);
    after.set(key, { signature, node });
  }
  const kept = new Set([...after.values()].map((entry) => entry.node));
  for (const child of [...parent.childNodes]) if (!kept.has(child)) child.remove();
  let place = parent.firstChild;
  for (const { node } of after.values()) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  drawn.set(parent, after);
}
