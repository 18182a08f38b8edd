// Slack's mrkdwn as elements: *bold*, _italic_, ~struck~, `code`, ```code blocks```, > quotes, bullets and <entities>.
import { make } from "./dom.js";
import { emoji, withCharacters } from "./emoji.js";
import { entity, plainWords, unescaped } from "./entity.js";
import { link } from "./link.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const DEEPEST = 6;
const isWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character) => character === undefined || /\s/.test(character);

/** Where the style opened at `start` closes, or -1. Entities and code in between are stepped over. */
function closing(text, start, mark) {
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "<") {
      const end = text.indexOf(">", at);
      if (end > at) at = end;
    } else if (text[at] === "`") {
      const end = text.indexOf("`", at + 1);
      if (end > at) at = end;
    } else if (text[at] === mark && at > start + 1 && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at;
  }
  return -1;
}

class Inline {
  constructor(text, depth) {
    this.text = text;
    this.depth = depth;
    this.at = 0;
    this.plain = "";
    this.nodes = [];
  }

  run() {
    while (this.at < this.text.length) if (!this.special()) this.plain += this.text[this.at++];
    this.flush();
    return this.nodes;
  }

  flush() {
    if (this.plain) this.nodes.push(...withCharacters(unescaped(this.plain)));
    this.plain = "";
  }

  put(node, next) {
    this.flush();
    this.nodes.push(node);
    this.at = next;
    return true;
  }

  special() {
    const character = this.text[this.at];
    if (character === "<") return this.entity();
    if (character === "`") return this.code();
    if (character === ":") return this.shortcode();
    if (character in STYLES) return this.styled(character);
    return character === "h" && this.address();
  }

  entity() {
    const end = this.text.indexOf(">", this.at);
    const inside = end < 0 ? "" : this.text.slice(this.at + 1, end);
    if (!inside || inside.includes("\n") || inside.includes("<")) return false;
    return this.put(entity(inside), end + 1);
  }

  code() {
    const end = this.text.indexOf("`", this.at + 1);
    const inside = end < 0 ? "" : this.text.slice(this.at + 1, end);
    if (!inside || inside.includes("\n")) return false;
    return this.put(make("code", null, plainWords(inside)), end + 1);
  }

  shortcode() {
    const found = /^:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/.exec(this.text.slice(this.at, this.at + 64));
    if (!found || isWord(this.text[this.at - 1])) return false;
    return this.put(emoji(found[1]), this.at + found[0].length);
  }

  styled(mark) {
    if (this.depth >= DEEPEST || isWord(this.text[this.at - 1]) || isSpace(this.text[this.at + 1])) return false;
    const end = closing(this.text, this.at, mark);
    if (end < 0) return false;
    const inside = new Inline(this.text.slice(this.at + 1, end), this.depth + 1).run();
    return this.put(make(STYLES[mark], null, inside), end + 1);
  }

  address() {
    if (isWord(this.text[this.at - 1])) return false;
    const found = /^https?:\/\/[^\s<>|`]+/.exec(this.text.slice(this.at, this.at + 2048));
    if (!found) return false;
    const address = found[0].replace(/[.,;:!?)*_~'"]+$/, "");
    return this.put(link(unescaped(address), unescaped(address)), this.at + address.length);
  }
}

export function inline(text) {
  return new Inline(text, 0).run();
}

const QUOTE = /^(?:&gt;|>) ?/;
const BULLET = /^(\s*)(?:[•◦▪-]) +(?=\S)/;

function kindOf(line) {
  if (QUOTE.test(line)) return "quote";
  return BULLET.test(line) ? "list" : "plain";
}

function drawn(kind, lines) {
  if (kind === "quote") return make(
    "blockquote",
    null,
    inline(lines.map((line) => line.replace(QUOTE, "")).join("\n")),
  );
  if (kind === "list") {
    const items = lines.map((line) => make(
      "li",
      { class: BULLET.exec(line)[1].length > 1 ? "deeper" : null },
      inline(line.replace(BULLET, "")),
    ));
    return make("ul", { class: "bullets" }, items);
  }
  return make("span", { class: "lines" }, inline(lines.join("\n")));
}

function paragraphs(text) {
  const nodes = [];
  let run = { kind: null, lines: [] };
  const flush = () => run.lines.length && nodes.push(drawn(run.kind, run.lines));
  for (const line of text.split("\n")) {
    const kind = kindOf(line);
    if (kind !== run.kind) {
      flush();
      run = { kind, lines: [] };
    }
    run.lines.push(line);
  }
  flush();
  return nodes;
}

/** All of a mrkdwn text, as elements. */
export function mrkdwn(text) {
  const parts = String(text ?? "").split(/```([\s\S]+?)```/);
  const nodes = parts.map((part, index) => {
    if (index % 2) return make("pre", null, make("code", null, plainWords(part.replace(/^\n|\n$/g, ""))));
    const trimmed = index ? part.replace(/^\n/, "") : part;
    return trimmed ? paragraphs(trimmed) : [];
  });
  return make("div", { class: "mrkdwn" }, nodes);
}
