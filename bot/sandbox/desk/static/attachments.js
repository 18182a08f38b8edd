// Files waiting to be sent, and their way to the server.
import { api } from "./api.js";
import { sizeOf } from "./bytes.js";
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { tool } from "./tool.js";

export class Attachments {
  #files = [];
  #upload = null;

  constructor(onChange) {
    this.onChange = onChange;
    this.node = make("div", { class: "attachments", hidden: true });
  }

  get count() {
    return this.#files.length;
  }

  get busy() {
    return this.#upload !== null;
  }

  add(files) {
    if (this.busy) return;
    this.#files.push(...files);
    this.#draw();
  }

  #remove(file) {
    this.#files = this.#files.filter((each) => each !== file);
    this.#draw();
  }

  #draw() {
    this.node.hidden = !this.#files.length;
    refill(this.node, this.#files.map((file) => make("div", { class: "attachment" }, icon("box"),
      make("span", { class: "file__words" }, make("strong", null, file.name), make("small", null, sizeOf(file.size))),
      tool("close", `Leave ${file.name} out`, () => this.#remove(file)))));
    this.onChange();
  }

  /** Send all of them in one form; the files stay where sending fails. */
  async send(form) {
    for (const file of this.#files) form.append("file", file, file.name);
    const bar = make("progress", { max: "1", value: "0", "aria-label": "Upload" });
    const words = make("small", null, "0 %");
    this.#upload = api.upload("/desk/messages", form, (share) => {
      bar.value = share ?? 0;
      words.textContent = share === 1 ? "Almost there…" : `${Math.floor((share ?? 0) * 100)} %`;
    });
    const stop = tool("close", "Stop the upload", () => this.#upload?.cancel());
    this.node.append(make("div", { class: "upload" }, bar, words, stop));
    try {
      const answer = await this.#upload.done;
      this.#files = [];
      return answer;
    } finally {
      this.#upload = null;
      this.#draw();
    }
  }
}
