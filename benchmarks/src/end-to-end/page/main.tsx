import { createRunwireClient } from "@runwire/client";
import { RunwireProvider } from "@runwire/react";
import { createRoot } from "react-dom/client";
import { PlainPage } from "./plain-page.tsx";
import { RunwirePage } from "./runwire-page.tsx";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id “root”");

createRoot(root).render(
  location.hash === "#plain" ? (
    <PlainPage />
  ) : (
    <RunwireProvider client={createRunwireClient({ url: "/runwire" })}>
      <RunwirePage />
    </RunwireProvider>
  ),
);
