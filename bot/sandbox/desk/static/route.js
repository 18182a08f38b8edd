// Where I am, as an address that can be reloaded, shared and gone back from: #/person/place/thread.

const KEEP = "-";

export function parsed(hash) {
  const [person, place, thread] = hash.replace(/^#\/?/, "").split("/").map((part) => decodeURIComponent(part || ""));
  return { person: person && person !== KEEP ? person : null, place: place || null, thread: thread || null };
}

export function addressOf({ person, place, thread }) {
  const parts = [person ?? KEEP, place ?? "", thread ?? ""].map(encodeURIComponent);
  return `#/${parts.join("/").replace(/\/+$/, "")}`;
}
