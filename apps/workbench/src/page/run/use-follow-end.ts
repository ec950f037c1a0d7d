import { type RefObject, useEffect, useRef } from "react";

/** So near to the end, in pixels, counts as being there. */
const NEAR = 48;

/**
 * Keeps the end of an element in sight while it grows, for as long as `isGrowing` and until the person scrolls
 * away from it. Whoever scrolls is the nearest `main` around the element.
 */
export function useFollowEnd(isGrowing: boolean): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const content = element.current;
    const scroller = content?.closest("main");
    if (!isGrowing || !content || !scroller) return;
    return followEnd(content, scroller);
  }, [isGrowing]);
  return element;
}

function followEnd(content: Element, scroller: Element): () => void {
  // Much may have come before the first frame, and whoever opens a run that goes on wants to see it go on.
  let isAtEnd = true;
  let top = scroller.scrollTop;
  const onScroll = () => {
    // Only who scrolls up leaves: by the time of this event the content may have grown again.
    isAtEnd = isNearEnd(scroller) || (isAtEnd && scroller.scrollTop >= top);
    top = scroller.scrollTop;
  };
  const observer = new ResizeObserver(() => {
    if (!isAtEnd) return;
    scroller.scrollTop = scroller.scrollHeight;
    // What has shrunk moved up by itself: when it is told of that, it may have grown again.
    top = scroller.scrollTop;
  });
  scroller.addEventListener("scroll", onScroll, { passive: true });
  observer.observe(content);
  return () => {
    // The last growth comes with the end, before the observer could tell of it.
    if (isAtEnd && content.isConnected) scroller.scrollTop = scroller.scrollHeight;
    scroller.removeEventListener("scroll", onScroll);
    observer.disconnect();
  };
}

function isNearEnd({ scrollHeight, scrollTop, clientHeight }: Element): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR;
}
