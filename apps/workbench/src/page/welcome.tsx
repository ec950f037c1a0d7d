import styles from "./app.module.css";

/** What the page says before a run is open. */
export function Welcome() {
  return (
    <div className={styles.welcome}>
      <h2>Ask a question about a folder</h2>
      <p>
        An agent lists, searches, reads and measures the files, and you watch every step of it.
        Refresh the page, close it, unplug the network or kill the server: the run goes on, and so
        does the page.
      </p>
    </div>
  );
}
