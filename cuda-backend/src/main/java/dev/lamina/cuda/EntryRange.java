package dev.lamina.cuda;

/**
 * The shape in which an operation goes through all entries of matrices of one shape: one long row
 * if none has gaps, which spares the device a division for each entry.
 *
 * @param rows rows as the device function sees them
 * @param cols columns as it sees them
 */
record EntryRange(long rows, long cols) {

  /** Returns the shape for matrices of equal rows and columns. */
  static EntryRange of(DeviceBlock... blocks) {
    long rows = blocks[0].rows();
    long cols = blocks[0].cols();
    for (DeviceBlock block : blocks) {
      if (!block.contiguous()) {
        return new EntryRange(rows, cols);
      }
    }
    return new EntryRange(1, Math.multiplyExact(rows, cols));
  }
}
