// Fields that are typed into: text, e-mail, address, number, dates and times.
import { confirmed } from "./confirm.js";
import { make } from "./dom.js";
import { words } from "./text.js";

const PAUSE = 350;
const KINDS = {
  plain_text_input: { type: "text" },
  email_text_input: { type: "email", inputmode: "email", autocomplete: "off" },
  url_text_input: { type: "url", inputmode: "url" },
  number_input: { type: "text", inputmode: "decimal" },
};

function attributes(element, use) {
  return {
    class: "field",
    placeholder: words(element.placeholder) || null,
    maxlength: element.max_length ?? null,
    "aria-labelledby": use.labelledBy,
    "aria-describedby": use.describedBy,
    "aria-label": use.labelledBy ? null : words(element.placeholder) || "Text",
    data: { action: element.action_id ?? "", focusKey: `${use.block.block_id} ${element.action_id}` },
    spellcheck: element.type === "plain_text_input" ? "true" : "false",
  };
}

function grown(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 320)}px`;
}

// Only who comes near the end needs to know where it is.
function counter(element, node) {
  const most = element.type === "plain_text_input" ? element.max_length : null;
  if (!most) return null;
  const left = make("small", { class: "counter", "aria-hidden": "true" });
  const count = () => {
    const length = [...node.value].length;
    left.textContent = length > most * 0.8 ? `${length} / ${most}` : "";
  };
  node.addEventListener("input", count);
  count();
  return left;
}

/** Tell the server of typing where the element asks for it: on Enter, or after a pause in typing. */
function dispatching(node, element, { surface, block }) {
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const send = () => surface.act(block, element, { value: node.value });
  let timer = null;
  if (on.includes("on_character_entered")) node.addEventListener(
    "input",
    () => { clearTimeout(timer); timer = setTimeout(send, PAUSE); },
  );
  if (on.includes("on_enter_pressed")) node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    clearTimeout(timer);
    send();
  });
}

export function textInput(element, use) {
  const { surface, block } = use;
  const held = surface.values.held(block, element);
  const first = String((held ? held.value : element.initial_value) ?? "");
  const node = element.multiline
    ? make("textarea", { rows: "4", ...attributes(element, use), value: first, on: { input: () => grown(node) } })
    : make("input", { ...KINDS[element.type], ...attributes(element, use), value: first });
  // An empty field is null in Slack's state, never an empty string.
  const keep = () => surface.values.put(block, element, { value: node.value === "" ? null : node.value });
  node.addEventListener("input", keep);
  keep();
  if (use.dispatches) dispatching(node, element, use);
  if (element.multiline) requestAnimationFrame(() => node.isConnected && node.scrollHeight > node.clientHeight && grown(node));
  return make("div", { class: "field-frame" }, node, counter(element, node));
}

const DATES = {
  datepicker: { type: "date", key: "selected_date", initial: "initial_date" },
  timepicker: { type: "time", key: "selected_time", initial: "initial_time" },
  datetimepicker: { type: "datetime-local", key: "selected_date_time", initial: "initial_date_time" },
};

function shown(kind, value) {
  if (value === null || value === undefined) return "";
  if (kind.type !== "datetime-local") return String(value);
  const when = new Date(Number(value) * 1000);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function meant(kind, text) {
  if (!text) return null;
  return kind.type === "datetime-local" ? Math.round(new Date(text).getTime() / 1000) : text;
}

export function dateInput(element, use) {
  const { surface, block } = use;
  const kind = DATES[element.type];
  const held = surface.values.held(block, element);
  let before = shown(kind, held ? held[kind.key] : element[kind.initial]);
  const node = make(
    "input",
    { ...attributes(element, use), class: "field field--date", type: kind.type, value: before },
  );
  const value = () => ({ [kind.key]: meant(kind, node.value) });
  surface.values.put(block, element, value());
  node.addEventListener("change", async () => {
    if (use.dispatches && !(await confirmed(element.confirm))) {
      node.value = before;
      return;
    }
    before = node.value;
    surface.values.put(block, element, value());
    if (use.dispatches) await surface.act(block, element, value());
  });
  return node;
}
