import type { RunwireClient } from "@runwire/client";
import { RunwireError } from "@runwire/protocol";
import { createContext, type ReactNode, useContext } from "react";

const ClientContext = createContext<RunwireClient | undefined>(undefined);

/** Props of {@link RunwireProvider}. */
export interface RunwireProviderProps {
  /** Made once, outside of any component; whoever made it closes it. */
  readonly client: RunwireClient;
  readonly children?: ReactNode;
}

/**
 * Gives the components below it one client. Connects nothing by itself: the first hook that follows a
 * channel does.
 *
 * @example
 * const client = createRunwireClient({ url: "/runwire" });
 * root.render(<RunwireProvider client={client}><App /></RunwireProvider>);
 */
export function RunwireProvider({ client, children }: RunwireProviderProps): ReactNode {
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/**
 * The client of the nearest {@link RunwireProvider}.
 *
 * @throws RunwireError `no_provider` when there is none above the component.
 * @example
 * const client = useRunwireClient();
 */
export function useRunwireClient(): RunwireClient {
  const client = useContext(ClientContext);
  if (!client)
    throw new RunwireError(
      "no_provider",
      "no RunwireProvider above this component; wrap the app in one",
    );
  return client;
}
