// What every page shares: asking the API, building the page out of text only, saying what went wrong, who is signed in.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; children that are no elements become text, never markup. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== ""));
  return made;
}

export const fill = (where, ...children) => where.replaceChildren(...children.flat().filter((child) => child != null));
export const link = (href, text, more = {}) => el("a", { href, ...more }, text);
export const path = (parts, ...values) => parts.reduce((told, part, i) => told + encodeURIComponent(values[i - 1]) + part);
export const counted = (n, one, many = one + "s") => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** An answer that is an error, with what the API says about it. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || `The service answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/** Ask the API; POST is safe to send again because each carries a key of its own. */
export async function call(method, where, body, more = {}) {
  const headers = { ...more };
  if (method === "POST") headers["Idempotency-Key"] = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const plain = body !== undefined && !(body instanceof Blob);
  if (plain) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(where, { method, headers, body: plain ? JSON.stringify(body) : body });
  } catch {
    throw new Refused(0, { detail: "The service does not answer. Is it running? Nothing was changed; try again." });
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401 && location.pathname !== "/sign-in") {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    await new Promise(() => {});
  }
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

export const get = (where) => call("GET", where);
export const post = (where, body = {}) => call("POST", where, body);

/** Every item of a list, page after page. */
export async function all(where) {
  const items = [];
  let cursor = null;
  do {
    const next = new URL(where, location.origin);
    next.searchParams.set("limit", "500");
    if (cursor) next.searchParams.set("cursor", cursor);
    const told = await get(next.pathname + next.search);
    items.push(...told.items);
    cursor = told.pagination.next_cursor;
  } while (cursor);
  return items;
}

/** What went wrong, in words, with every finding; the reader's focus goes there. */
export function complain(error) {
  const place = byId("problem");
  const told = error instanceof Refused ? error.problem : {};
  const lines = [
    ...(told.findings || []).map(String),
    ...(told.conflict || []).map(String),
    ...(told.errors || []).map((e) => [e.where || e.column, e.message].filter(Boolean).join(": ")),
  ];
  fill(place, el("p", {}, error.message), lines.length ? el("ul", {}, lines.slice(0, 50).map((line) => el("li", {}, line))) : null);
  place.hidden = false;
  place.focus();
  if (!(error instanceof Refused)) console.error(error);
}

/** Something that went well. */
export function say(text) {
  byId("problem").hidden = true;
  byId("said").textContent = text;
  byId("said").hidden = !text;
}

/** Run what a button or form does; while it runs it cannot be asked for again. */
export function doing(element, event, work) {
  element.addEventListener(event, async (happened) => {
    happened.preventDefault();
    const buttons = element.matches("button") ? [element] : [...element.querySelectorAll("button")];
    if (buttons.some((button) => button.disabled)) return;
    buttons.forEach((button) => (button.disabled = true));
    byId("problem").hidden = true;
    try {
      await work(happened);
    } catch (error) {
      complain(error);
    } finally {
      buttons.forEach((button) => (button.disabled = false));
    }
  });
  return element;
}

export const button = (text, work, more = {}) => doing(el("button", { type: "button", ...more }, text), "click", work);

/** The way from the rounds to here: pairs of a text and an address, the last one without. */
export function trail(...steps) {
  const items = [["Rounds", "/"], ...steps].map(([text, href]) => el("li", {}, href ? link(href, text) : el("span", { "aria-current": "page" }, text)));
  fill(byId("trail"), items);
  document.title = `${steps.at(-1)?.[0] || "Rounds"} · internship matcher`;
}

/** A table that becomes cards on a phone: columns are [heading, class]; the first cell of a row names it. */
export function table(caption, columns, rows, more = {}) {
  const head = el("tr", {}, columns.map(([text, kind]) => el("th", { scope: "col", class: kind }, text || "What to do")));
  const body = rows.map(({ cells, ...attributes }) =>
    el("tr", attributes, cells.map((cell, i) => (i ? el("td", { class: columns[i][1], "data-label": columns[i][1] === "acts" ? null : columns[i][0] }, cell) : el("th", { scope: "row" }, cell)))),
  );
  return el("div", { class: "box" }, el("table", { class: "cards", ...more }, caption ? el("caption", {}, caption) : null, el("thead", {}, head), el("tbody", {}, body)));
}

/** Show of the rows in `where` those whose text has every word typed, and say how many. */
export function finder(input, output, rows, shown = () => {}) {
  const look = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    const every = rows();
    for (const row of every) {
      const text = (row.dataset.find ||= row.textContent.toLowerCase());
      row.hidden = !words.every((word) => text.includes(word));
      found += !row.hidden;
    }
    output.textContent = words.length ? `${found} of ${every.length}` : "";
    shown(words.length > 0);
  };
  input.addEventListener("input", look);
  return look;
}

export const when = (text) => (text ? new Date(text).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }) : "");

/** Start a page: find out who is signed in, then do its work. */
export async function start(work) {
  const main = byId("main");
  main.setAttribute("aria-busy", "true");
  try {
    const me = await get("/v1/session");
    byId("who-name").textContent = `Signed in: ${me.person || me.name}`;
    byId("who").hidden = false;
    doing(byId("sign-out"), "click", async () => {
      await call("DELETE", "/v1/session");
      location.assign("/sign-in");
    });
    await work({ ...me, decides: ["coordinator", "admin"].includes(me.role) });
  } catch (error) {
    complain(error);
  } finally {
    main.removeAttribute("aria-busy");
  }
}
