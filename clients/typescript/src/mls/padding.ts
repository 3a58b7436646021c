/** The shortest length that a padded plaintext has, in bytes. */
const SMALLEST = 256

/**
 * The length to which `length` bytes are padded: the next of 2^n × (1, 1.125, 1.25 … 1.875), and 256 at least. So an
 * observer sees one of eight lengths for each power of two, and padding costs at most an eighth.
 */
export function bucket(length: number): number {
  if (length <= SMALLEST) return SMALLEST
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length - 1)) - 3)
  return Math.ceil(length / step) * step
}
