// The markdown block: standard Markdown as elements. Raw HTML in it stays text.
import { make } from "./dom.js";
import { emoji, withCharacters } from "./emoji.js";
import { entity } from "./entity.js";
import { link } from "./link.js";

const DEEPEST = 6;

// Each rule is tried where the text stands; the first that matches wins.
const INLINE = [
  [/^\\([\\`*_{}[\]()#+\-.!~>|<])/, (found) => found[1]],
  [/^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, (found) => make("code", null, found[2].trim())],
  [/^!?\[([^\]]*)\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/, (found, depth) => link(found[2], inline(found[1], depth + 1))],
  [/^<(https?:\/\/[^\s<>]+|mailto:[^\s<>]+)>/, (found) => link(found[1], found[1])],
  [/^<([@#!][^<>\n]+)>/, (found) => entity(found[1])],
  [/^(\*\*|__)(?=\S)([\s\S]*?\S)\1/, (found, depth) => make("strong", null, inline(found[2], depth + 1))],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (found, depth) => make("s", null, inline(found[1], depth + 1))],
  [/^\*(?=\S)([^*]*[^\s*])\*/, (found, depth) => make("em", null, inline(found[1], depth + 1))],
  [/^_(?=\S)([^_]*[^\s_])_(?![\p{L}\p{N}])/u, (found, depth) => make("em", null, inline(found[1], depth + 1))],
  [/^https?:\/\/[^\s<>`)\]]*[^\s<>`)\].,;:!?*_]/, (found) => link(found[0], found[0])],
  [/^:([a-z0-9_+'-]+):/, (found) => emoji(found[1])],
  [/^ {2,}\n|^\\\n/, () => make("br")],
];

function match(text, at, depth) {
  const rest = text.slice(at);
  for (const [rule, draw] of INLINE) {
    const found = rule.exec(rest);
    if (found) return { node: draw(found, depth), length: found[0].length };
  }
  return null;
}

function inline(text, depth = 0) {
  if (depth > DEEPEST) return [text];
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    // Only these characters can begin something, which keeps long plain texts quick.
    const inWord = /[\p{L}\p{N}]/u.test(text[at - 1] ?? "") && /[_h:]/.test(text[at]);
    const found = /[\\`![<*_~h: ]/.test(text[at]) && !inWord ? match(text, at, depth) : null;
    if (!found) {
      plain += text[at++];
      continue;
    }
    if (plain) nodes.push(...withCharacters(plain));
    plain = "";
    nodes.push(found.node);
    at += found.length;
  }
  if (plain) nodes.push(...withCharacters(plain));
  return nodes;
}

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*\s*$/;
const QUOTE = /^\s*>/;
const FENCE = /^\s*(```+|~~~+)/;
const DIVISION = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/;

class Blocks {
  constructor(text, depth = 0) {
    this.lines = text.replace(/\r\n?/g, "\n").split("\n");
    this.depth = depth;
    this.at = 0;
  }

  run() {
    const nodes = [];
    while (this.at < this.lines.length) {
      const node = this.next();
      if (node) nodes.push(node);
    }
    return nodes;
  }

  next() {
    const line = this.lines[this.at];
    if (!line.trim()) return void (this.at += 1);
    if (FENCE.test(line)) return this.fence();
    if (HEADING.test(line)) return this.heading();
    if (RULE.test(line)) return this.rule();
    if (this.depth < DEEPEST && QUOTE.test(line)) return this.quote();
    if (this.depth < DEEPEST && ITEM.test(line)) return this.list();
    if (line.includes("|") && DIVISION.test(this.lines[this.at + 1] ?? "")) return this.table();
    return this.paragraph();
  }

  takeWhile(wanted) {
    const from = this.at;
    while (this.at < this.lines.length && wanted(this.lines[this.at], this.at - from)) this.at += 1;
    return this.lines.slice(from, this.at);
  }

  fence() {
    const mark = FENCE.exec(this.lines[this.at])[1];
    this.at += 1;
    const inside = this.takeWhile((line) => !line.trim().startsWith(mark));
    this.at += 1;
    return make("pre", null, make("code", null, inside.join("\n")));
  }

  heading() {
    const [, marks, words] = HEADING.exec(this.lines[this.at++]);
    return make(
      "p",
      {
        class: `heading heading--${marks.length}`,
        role: "heading",
        "aria-level": String(Math.min(marks.length + 2, 6)),
      },
      inline(words),
    );
  }

  rule() {
    this.at += 1;
    return make("hr");
  }

  quote() {
    const lines = this.takeWhile((line) => QUOTE.test(line)).map((line) => line.replace(/^\s*> ?/, ""));
    return make("blockquote", null, new Blocks(lines.join("\n"), this.depth + 1).run());
  }

  list() {
    const [, margin, marker] = ITEM.exec(this.lines[this.at]);
    const ordered = /\d/.test(marker);
    const items = [];
    while (this.at < this.lines.length) {
      const found = ITEM.exec(this.lines[this.at]);
      if (!found || found[1].length > margin.length + 1 || found[1].length < margin.length || /\d/.test(found[2]) !== ordered) break;
      this.at += 1;
      const deeper = this.takeWhile((line) => line.trim() && /^\s/.test(line) && line.search(/\S/) > margin.length + 1);
      items.push(this.item(found[3], deeper));
    }
    return make(
      ordered ? "ol" : "ul",
      { class: "bullets", start: ordered ? String(Number.parseInt(marker, 10)) : null },
      items,
    );
  }

  item(words, deeper) {
    const task = /^\[([ xX])\]\s+(.*)$/.exec(words);
    const first = task ? [
      make(
        "span",
        { class: "task", role: "img", "aria-label": task[1] === " " ? "to do" : "done" },
        task[1] === " " ? "☐ " : "☑ ",
      ),
      inline(task[2]),
    ] : inline(words);
    return make("li", null, first, deeper.length ? new Blocks(deeper.join("\n"), this.depth + 1).run() : null);
  }

  table() {
    const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
    const head = cells(this.lines[this.at]);
    this.at += 2;
    const rows = this.takeWhile((line) => line.includes("|") && line.trim() !== "").map(cells);
    const row = (tag, list) => make(
      "tr",
      null,
      list.slice(0, head.length).map((cell) => make(tag, null, inline(cell))),
    );
    const table = make(
      "table",
      null,
      make("thead", null, row("th", head)),
      make("tbody", null, rows.map((list) => row("td", list))),
    );
    return make("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, table);
  }

  paragraph() {
    const isOther = (line) => [FENCE, HEADING, RULE, QUOTE, ITEM].some((rule) => rule.test(line));
    const lines = this.takeWhile((line, index) => line.trim() && (index === 0 || !isOther(line)));
    return make("p", { class: "lines" }, inline(lines.join("\n")));
  }
}

export function markdown(text) {
  return make("div", { class: "mrkdwn markdown" }, new Blocks(String(text ?? "")).run());
}
