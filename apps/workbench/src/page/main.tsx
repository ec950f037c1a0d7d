import { createRunwireClient } from "@runwire/client";
import { RunwireProvider } from "@runwire/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./theme.css";

const client = createRunwireClient({ url: "/runwire" });
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id “root”");

createRoot(root).render(
  <StrictMode>
    <RunwireProvider client={client}>
      <App />
    </RunwireProvider>
  </StrictMode>,
);
