// Where a person writes: text, files, slash commands.
import { api } from "./api.js";
import { Attachments } from "./attachments.js";
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { Hints } from "./hints.js";
import { icon } from "./icon.js";
import { menu } from "./menu.js";
import { failed, notice } from "./notice.js";
import { menuTool, tool } from "./tool.js";
import { toWire } from "./wire.js";

const TALLEST = 200;
const drafts = new Map();

export class Composer {
  constructor({ channel, name, threadTs = null, onSent = () => {} }) {
    Object.assign(this, { channel, threadTs, onSent });
    this.draftKey = `${api.me} ${channel} ${threadTs ?? ""}`;
    this.field = make("textarea", {
      class: "composer__field",
      rows: "1",
      placeholder: threadTs ? "Reply…" : `Message ${name}`,
      "aria-label": threadTs ? "Reply in the thread" : `Message ${name}`,
      value: drafts.get(this.draftKey) ?? "",
      on: {
        input: () => this.#typed(),
        keydown: (event) => this.#pressed(event),
        paste: (event) => this.#pasted(event),
      },
    });
    this.attachments = new Attachments(() => this.#look());
    this.hints = new Hints(this.field, { withCommands: !threadTs });
    this.picker = make(
      "input",
      { type: "file", multiple: true, hidden: true, "aria-label": "Files", on: { change: () => this.#picked() } },
    );
    this.sendButton = make(
      "button",
      { type: "submit", class: "button button--primary composer__send", "aria-label": "Send", title: "Send (Enter)" },
      icon("send"),
    );
    this.node = make("form", { class: "composer", on: { submit: (event) => { event.preventDefault(); this.send(); } } },
      this.hints.node,
      make("div", { class: "composer__box" },
        this.attachments.node,
        this.field,
        make("div", { class: "composer__bar" },
          tool("clip", "Attach a file", () => this.picker.click()),
          this.#shortcutButton(),
          make("span", { class: "composer__tip" }, threadTs ? "" : "Drop an .ipa or .apk here, or type / for commands"),
          this.sendButton)),
      this.picker);
    this.#look();
  }

  #shortcutButton() {
    const own = directory.shortcuts.filter((shortcut) => shortcut.type === "global");
    if (!own.length || this.threadTs) return null;
    const items = own.map((shortcut) => ({
      label: shortcut.name,
      hint: shortcut.description,
      icon: "bolt",
      run: () => api.post("/desk/shortcuts", { callback_id: shortcut.callback_id, type: "global" }).catch(failed),
    }));
    return menuTool("bolt", "Shortcuts", (button) => menu(button, "Shortcuts", items));
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** Put words in the field, as the guide and the empty states do. */
  write(text) {
    this.field.value = text;
    this.#typed();
    this.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  take(files) {
    this.attachments.add(files);
    this.focus();
  }

  #typed() {
    drafts.set(this.draftKey, this.field.value);
    this.#look();
    this.hints.update();
  }

  #look() {
    this.field.style.height = "auto";
    if (this.field.isConnected) this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    this.sendButton.disabled = !this.field.value.trim() && !this.attachments.count;
  }

  #pressed(event) {
    if (this.hints.pressed(event)) {
      event.preventDefault();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  #picked() {
    this.take(this.picker.files);
    this.picker.value = "";
  }

  #pasted(event) {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    this.take(event.clipboardData.files);
  }

  #clear() {
    drafts.delete(this.draftKey);
    this.field.value = "";
    this.hints.hide();
    this.#look();
  }

  async send() {
    const text = this.field.value.trim();
    if (!text && !this.attachments.count) return;
    if (text.startsWith("/") && !this.attachments.count) return void (await this.#command(text));
    if (this.attachments.busy) return;
    try {
      if (this.attachments.count) await this.#upload(text);
      else await this.#post(text);
      this.onSent();
    } catch (problem) {
      failed(problem);
    }
  }

  async #post(text) {
    this.#clear();
    try {
      await api.post(
        "/desk/messages",
        { channel: this.channel, text: toWire(text), ...(this.threadTs ? { thread_ts: this.threadTs } : {}) },
      );
    } catch (problem) {
      // What was written is not lost because it could not be sent.
      if (!this.field.value) this.write(text);
      throw problem;
    }
  }

  async #upload(text) {
    const form = new FormData();
    form.append("channel", this.channel);
    form.append("text", toWire(text));
    if (this.threadTs) form.append("thread_ts", this.threadTs);
    await this.attachments.send(form);
    this.#clear();
  }

  async #command(text) {
    if (this.threadTs) return void notice(
      "Slash commands do not work in threads. Use the message's menu, or type it in the channel.",
      { error: true },
    );
    const [command] = text.split(/\s+/);
    this.#clear();
    this.node.classList.add("composer--waiting");
    try {
      await api.post(
        "/desk/commands",
        { channel: this.channel, command, text: toWire(text.slice(command.length).trim(), { labels: true }) },
      );
      this.onSent();
    } catch (problem) {
      if (!this.field.value) this.write(text);
      failed(problem);
    } finally {
      this.node.classList.remove("composer--waiting");
    }
    return undefined;
  }
}
