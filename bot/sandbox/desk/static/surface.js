// A surface is what blocks live on: a message, a modal or App Home. Its elements act through it.
import { api } from "./api.js";
import { failed } from "./notice.js";
import { Values } from "./values.js";

export class Surface {
  values = new Values();

  constructor(container) {
    this.container = container;
  }

  /** Tell the server what was clicked or chosen; true when it was taken. */
  async act(block, element, payload) {
    const body = {
      container: this.container,
      block_id: block.block_id,
      action_id: element.action_id,
      type: element.type,
      ...payload,
      state: this.values.toJSON(),
    };
    try {
      await api.post("/desk/actions", body);
      document.dispatchEvent(new CustomEvent("slipway:acted", { detail: { action: element.action_id } }));
      return true;
    } catch (problem) {
      failed(problem);
      return false;
    }
  }

  options(block, element, typed) {
    return api.post(
      "/desk/options",
      { container: this.container, block_id: block.block_id, action_id: element.action_id, value: typed },
    );
  }
}
