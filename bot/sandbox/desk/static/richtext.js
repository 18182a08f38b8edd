// The rich_text block: sections, lists, quotes and preformatted text made of typed elements.
import { slackDate } from "./date.js";
import { make } from "./dom.js";
import { emoji, withCharacters } from "./emoji.js";
import { broadcast, channelMention, groupMention, personMention } from "./entity.js";
import { link } from "./link.js";

const WRAPS = [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"]];

function styled(node, style) {
  return WRAPS.reduce((inner, [name, tag]) => (style?.[name] ? make(tag, null, inner) : inner), node);
}

const ELEMENTS = {
  text: (element) => withCharacters(element.text),
  link: (element) => link(element.url, element.text || element.url),
  user: (element) => personMention(element.user_id),
  usergroup: (element) => groupMention(element.usergroup_id),
  channel: (element) => channelMention(element.channel_id),
  broadcast: (element) => broadcast(element.range),
  emoji: (element) => emoji(element.name),
  color: (element) => document.createTextNode(element.value ?? ""),
  date: (element) => {
    const words = make("time", null, slackDate(element.timestamp, element.format ?? "{date}", element.fallback));
    return element.url ? link(element.url, words) : words;
  },
};

function elements(list) {
  return (list ?? []).map((element) => styled(ELEMENTS[element.type]?.(element) ?? "", element.style));
}

const PARTS = {
  rich_text_section: (part) => make("div", { class: "lines" }, elements(part.elements)),
  rich_text_quote: (part) => make("blockquote", null, elements(part.elements)),
  rich_text_preformatted: (part) => make("pre", null, make("code", null, elements(part.elements))),
  rich_text_list: (part) => {
    const items = (part.elements ?? []).map((item) => make("li", null, elements(item.elements)));
    const ordered = part.style === "ordered";
    const depth = Math.min(Number(part.indent) || 0, 6);
    const start = ordered && part.offset ? Number(part.offset) + 1 : null;
    return make(ordered ? "ol" : "ul", { class: `bullets indent-${depth}`, start }, items);
  },
};

export function richText(block) {
  return make("div", { class: "mrkdwn" }, (block.elements ?? []).map((part) => PARTS[part.type]?.(part) ?? ""));
}
