// Signing in with a key, and back to where one came from.
import { byId, call, complain, doing } from "./common.js";

doing(byId("sign-in"), "submit", async () => {
  await call("POST", "/v1/session", { key: byId("key").value.trim() });
  const next = new URL(new URLSearchParams(location.search).get("next") || "/", location.origin);
  location.assign(next.origin === location.origin ? next.pathname + next.search : "/");
});
addEventListener("unhandledrejection", (event) => complain(event.reason));
