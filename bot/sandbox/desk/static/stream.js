// The live line to the server: news as it happens, and the truth about when the line is down.
import { api } from "./api.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

export class Stream {
  #source = null;
  #timer = null;
  #wait = FIRST_WAIT;
  #wasOpen = false;

  constructor({ onEvent, onUp, onDown }) {
    this.onEvent = onEvent;
    this.onUp = onUp;
    this.onDown = onDown;
  }

  open() {
    this.close();
    const source = new EventSource(api.address("/desk/stream"));
    this.#source = source;
    source.addEventListener("open", () => {
      this.#wait = FIRST_WAIT;
      this.onUp({ again: this.#wasOpen });
      this.#wasOpen = true;
    });
    source.addEventListener("message", (event) => this.#hear(event.data));
    source.addEventListener("error", () => this.#retry(source));
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #hear(text) {
    try {
      this.onEvent(JSON.parse(text));
    } catch (problem) {
      console.error("The stream brought something that could not be shown.", problem);
    }
  }

  // The browser gives up for good on some answers, so the line is always laid anew by us.
  #retry(source) {
    if (source !== this.#source) return;
    this.close();
    this.onDown();
    this.#timer = setTimeout(() => this.open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}
