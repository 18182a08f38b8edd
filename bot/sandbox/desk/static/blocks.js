// Blocks: from Slack's JSON to elements.
import { freshId, make, reconcile } from "./dom.js";
import { control } from "./elements.js";
import { icon } from "./icon.js";
import { markdown } from "./markdown.js";
import { picture } from "./picture.js";
import { richText } from "./richtext.js";
import { words, written } from "./text.js";

function section(block, surface) {
  const wide = block.accessory && /select|datepicker|timepicker|checkboxes|radio/.test(block.accessory.type);
  return make("div", { class: `block section${wide ? " section--wide" : ""}` },
    make("div", { class: "section__text" },
      block.text ? written(block.text) : null,
      block.fields ? make(
        "div",
        { class: "fields" },
        block.fields.map((field) => make("div", { class: "fields__one" }, written(field))),
      ) : null),
    block.accessory ? make(
      "div",
      { class: "section__accessory" },
      control(block.accessory, { surface, block, dispatches: true }),
    ) : null);
}

function context(block) {
  const pieces = (block.elements ?? []).map((element) => (element.type === "image" ? picture(element, "picture--tiny") : written(element)));
  return make("div", { class: "block context" }, pieces);
}

function actions(block, surface) {
  return make(
    "div",
    { class: "block actions", role: "group" },
    (block.elements ?? []).map((element) => control(element, { surface, block, dispatches: true })),
  );
}

function image(block) {
  return make(
    "figure",
    { class: "block figure" },
    block.title ? make("figcaption", null, written(block.title)) : null,
    picture(block),
  );
}

function input(block, surface) {
  const id = freshId("input");
  const describedBy = `${id}-hint ${id}-error`;
  const use = { surface, block, dispatches: Boolean(block.dispatch_action), labelledBy: `${id}-label`, describedBy };
  const label = make("span", { class: "label", id: `${id}-label` }, written(block.label));
  const node = make("div", { class: "block input", data: { blockId: block.block_id ?? "" } },
    make(
      "div",
      { class: "label-row" },
      label,
      block.optional ? make("span", { class: "optional" }, "optional") : null,
    ));
  const drawn = control(block.element, use);
  node.append(drawn,
    make("p", { class: "hint", id: `${id}-hint` }, block.hint ? written(block.hint) : null),
    make("p", { class: "error", id: `${id}-error`, role: "alert" }));
  // The name of a select is made from its label, which was not in the page when the select was drawn.
  const face = drawn.querySelector?.(".select__face");
  if (face) face.setAttribute("aria-label", `${words(block.label)}: ${face.getAttribute("aria-label")}`);
  label.addEventListener("click", () => node.querySelector("input, textarea, button")?.focus());
  return node;
}

const DRAWN = {
  section,
  context,
  actions,
  image,
  input,
  header: (block) => make("h3", { class: "block header" }, written(block.text)),
  divider: () => make("hr", { class: "block divider" }),
  markdown: (block) => make("div", { class: "block" }, markdown(block.text)),
  rich_text: (block) => make("div", { class: "block" }, richText(block)),
  alert: (block) => make(
    "div",
    {
      class: `block alert alert--${["warning", "error", "success"].includes(block.level) ? block.level : "info"}`,
      role: "note",
    },
    icon("warning"),
    written(block.text),
  ),
};

function draw(block, surface) {
  const drawing = DRAWN[block?.type];
  if (drawing) return drawing(block, surface);
  return make("p", { class: "block unshown" }, `The sandbox does not draw “${block?.type}” blocks.`);
}

/** Bring the blocks inside `parent` up to date; a block that has not changed keeps its element. */
export function drawBlocks(parent, blocks, surface) {
  const list = Array.isArray(blocks) ? blocks : [];
  surface.values.keepOnly(new Set(list.map((block) => block.block_id)));
  reconcile(parent, list, {
    keyOf: (block, index) => block.block_id ?? `${block.type} ${index}`,
    signatureOf: (block) => JSON.stringify(block),
    draw: (block) => draw(block, surface),
  });
  return parent;
}
