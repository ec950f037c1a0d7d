import type { CustomPart } from "@runwire/protocol";
import { memo } from "react";
import { FoldedText } from "./folded-text.tsx";
import { formatValue } from "./format.ts";

/** An event of the application's own. */
export const CustomCard = memo(function CustomCard({ part }: { readonly part: CustomPart }) {
  return <FoldedText label={part.name} text={formatValue(part.data)} />;
});
