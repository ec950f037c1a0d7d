/** Whether a reader who has seen everything up to `after` has missed a notice; `first` is the oldest that is kept. */
export function hasNoticeGap(after: number, latest: number, first: number | undefined): boolean {
  return after > latest || after + 1 < (first ?? latest + 1);
}
