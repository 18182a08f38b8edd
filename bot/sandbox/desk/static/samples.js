// The sample builds that the demo serves, posted as if they had been dropped.
import { api, DeskError } from "./api.js";

const WORDS = {
  "Harbour-2.5.0-251.ipa": "*Buoys by camera:* point the phone at a buoy and read its number.\n• links to a berth open in the app\n• from iOS 16 on",
  "harbour-2.5.0-2510.apk": "Buoys by camera, for Android as well.",
  "Harbour-2.5.1-253.ipa": "A fix for the camera, built by our contractor.",
};

/** Fetch a sample and post it to a channel as the person I am. Answers with what the server said. */
export async function postSample(name, channel) {
  const response = await fetch(`/desk/samples/${encodeURIComponent(name)}`).catch(() => null);
  if (!response?.ok) throw new DeskError("The sample build could not be fetched from the sandbox's server.");
  const form = new FormData();
  form.append("channel", channel);
  form.append("text", WORDS[name] ?? "");
  form.append("file", new File([await response.blob()], name, { type: "application/octet-stream" }), name);
  return api.upload("/desk/messages", form, () => {}).done;
}
