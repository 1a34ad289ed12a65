// The rounds that are there, and how to make one.
import { byId, call, counted, doing, el, fill, get, all, link, path, post, start, table, trail } from "./common.js";

function state(round) {
  if (!round.revision) return el("span", { class: "tag warm" }, "no tables yet");
  return round.published_run_id ? el("span", { class: "tag good" }, "published") : el("span", { class: "tag" }, "not published");
}

start(async (me) => {
  trail();
  const rounds = (await all("/v1/rounds")).sort((a, b) => b.created_at.localeCompare(a.created_at));
  const rows = rounds.map((r) => ({
    cells: [link(path`/rounds/${r.round_id}`, r.name), state(r), r.starts ? `${r.starts} to ${r.ends}` : "", counted(r.schools.length, "school")],
  }));
  fill(byId("rounds"), rounds.length ? table("", [["Round"], ["State"], ["Term"], ["For"]], rows) : el("p", {}, "There is no round yet. Make one below."));
  byId("new").hidden = !me.decides;

  doing(byId("make-round"), "submit", async () => {
    const round = await post("/v1/rounds", { name: byId("name").value });
    const [file] = byId("file").files;
    try {
      await call("POST", path`/v1/rounds/${round.round_id}/imports`, file, { "Content-Type": "application/octet-stream" });
    } catch (error) {
      error.message += ` The round “${round.name}” is there, still empty: open it and upload again.`;
      throw error;
    }
    location.assign(path`/rounds/${round.round_id}`);
  });
  doing(byId("demo"), "click", async () => {
    const [demo] = (await get("/v1/demo-rounds")).items;
    const round = await post(path`/v1/demo-rounds/${demo.demo_round_id}`);
    location.assign(path`/rounds/${round.round_id}`);
  });
});
