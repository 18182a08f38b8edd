// The calls to the sandbox's server. Every one says who I am.

export class DeskError extends Error {}

const SILENCE = "The sandbox's server is not answering. Is `slipway demo` still running in its terminal?";

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new DeskError(sentence(body.error) ?? `The sandbox answered with ${response.status}.`);
  if (body && typeof body.error === "string" && body.ok !== true) throw new DeskError(sentence(body.error));
  return body;
}

function sentence(error) {
  if (!error) return null;
  if (/operation_timeout/.test(error)) return `Slipway did not answer within three seconds (${error}).`;
  return String(error);
}

function freshTab() {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join("");
}

class Api {
  me = null;
  // Forms open in the tab whose click or command asked for them, not in every tab of a person.
  tab = freshTab();

  address(path, parameters = {}) {
    const url = new URL(path, location.origin);
    if (this.me) url.searchParams.set("as", this.me);
    url.searchParams.set("tab", this.tab);
    for (const [name, value] of Object.entries(parameters)) if (value !== null && value !== undefined) url.searchParams.set(name, value);
    return url.href;
  }

  async get(path, parameters) {
    return answer(await this.#fetch(this.address(path, parameters)));
  }

  async send(method, path, body, as = null) {
    const headers = { "Content-Type": "application/json" };
    return answer(await this.#fetch(this.address(path, { as: as ?? this.me }), { method, headers, body: JSON.stringify(body ?? {}) }));
  }

  /** Post as who I am, or as somebody else for this once. */
  post(path, body, as = null) {
    return this.send("POST", path, body, as);
  }

  async #fetch(url, options) {
    try {
      return await fetch(url, options);
    } catch {
      throw new DeskError(SILENCE);
    }
  }

  /** Post a form and tell how far the bytes have come; the answer has `cancel`. */
  upload(path, form, onProgress) {
    const request = new XMLHttpRequest();
    const done = new Promise((resolve, reject) => {
      request.open("POST", this.address(path));
      request.upload.addEventListener(
        "progress",
        (event) => onProgress(event.lengthComputable ? event.loaded / event.total : null),
      );
      request.addEventListener("error", () => reject(new DeskError(SILENCE)));
      request.addEventListener("abort", () => reject(new DeskError("The upload was stopped.")));
      request.addEventListener("load", () => {
        const headers = { "Content-Type": "application/json" };
        answer(new Response(
          request.responseText || "{}",
          { status: request.status || 500, headers },
        )).then(resolve, reject);
      });
      request.send(form);
    });
    return { done, cancel: () => request.abort() };
  }
}

export const api = new Api();
