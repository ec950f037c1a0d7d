import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The page of the workbench: index.html and src/page, built into dist/page.
export default defineConfig({
  plugins: [react()],
  build: { outDir: "dist/page", emptyOutDir: true },
});
