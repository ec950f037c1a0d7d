// #region react
import type { RunwireClient } from "@runwire/client";
import {
  ConnectionStatus,
  RunwireProvider,
  useChannel,
  useRun,
  useRunCommands,
} from "@runwire/react";
import { PartView } from "./part-view.tsx";

export function App({ client }: { readonly client: RunwireClient }) {
  return (
    <RunwireProvider client={client}>
      <ConnectionStatus /> {/* hidden while all is well */}
      <Chat channel="chat:42" />
    </RunwireProvider>
  );
}

function Chat({ channel }: { readonly channel: string }) {
  const { runs, isLoading, error } = useChannel(channel);
  if (error) return <p role="alert">{error.message}</p>;
  if (isLoading) return <p>Loading …</p>;
  return runs.map(({ runId }) => <Run key={runId} channel={channel} runId={runId} />);
}

function Run({ channel, runId }: { readonly channel: string; readonly runId: string }) {
  const status = useRun(channel, runId, (run) => run.status); // renders when this changes
  const parts = useRun(channel, runId, (run) => run.parts);
  const commands = useRunCommands(channel, runId);
  return (
    <article data-status={status}>
      {parts?.map((part, index) => (
        <PartView key={index} part={part} commands={commands} />
      ))}
      {status === "running" && (
        <button type="button" onClick={() => void commands.cancel()}>
          Cancel
        </button>
      )}
    </article>
  );
}
// #endregion
