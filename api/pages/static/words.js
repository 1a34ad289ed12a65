// What things are called on the pages: states, stages and rules in words of every day.
export const STATUS = { queued: ["waiting", ""], running: ["running", "warm"], finished: ["finished", "good"], failed: ["failed", "bad"], infeasible: ["cannot be solved", "bad"], cancelled: ["stopped", ""] };
export const STAGE = {
  "": "Waiting for a free worker", start: "Starting", load: "Reading the tables", prepare: "Reading what everybody wrote", "rules and scores": "Judging every student with every place",
  limits: "Counting seats, mentors and vans", solve: "Working out the best plan for everybody", "explain and write": "Writing down why", audit: "Checking the plan once more",
};
export const KIND = { pin: "is pinned to", ban: "never goes to", no_contact: "must not meet", keep_apart: "is kept apart from", keep_together: "is kept together with" };
export const MODE = { walk: "on foot", bike: "by bike", transit: "by bus", drive: "driving", dropoff: "dropped off", van: "by school van" };
export const rule = (name) => (name || "").replaceAll("_", " ");
const day = (text) => new Date(`${text}T12:00`).toLocaleDateString("en", { month: "short", day: "numeric" }).replace(" ", "\u00a0");
// When to ask at a place of a slate; wave 0 is asked already.
export const turn = (r) => (!r.hold_until ? "" : r.wave === "0" ? `asked already, holds until ${day(r.hold_until)}` : `wave\u00a0${r.wave}: ask by ${day(r.hold_until)}`);
export const windows = (text) => (text || "").replaceAll(" ", "\u00a0").replaceAll("-", "\u2011").replaceAll(";", ", ");
