/** Less is not worth a request. */
const leastPiece = 131_072;

/**
 * Bytes that may be asked for and not yet written down in a journal: with them, what a kill can cost. Buffers on the
 * way are part of it; half a megabyte is left for what a journal rounds.
 * @param atRiskMb `download.at_risk_mb`
 */
export const budgetOf = (atRiskMb: number): number => atRiskMb * 1_000_000 - 500_000;

/**
 * How many bytes one request asks for. A piece that is under way is half there on the average, so that all of them
 * together may ask for more than the budget; a single one that is large would be lost at once where it stalls.
 */
export const pieceBytes = (budget: number, connections: number): number =>
  Math.max(leastPiece, Math.floor(Math.min(budget / 7, (1.45 * budget) / connections)));
