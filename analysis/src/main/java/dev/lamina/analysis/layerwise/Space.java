package dev.lamina.analysis.layerwise;

/** Where a loss with nothing but a linear read-out above the layer is computed. */
public enum Space {
  /** In feature space where that is exact and cheaper, otherwise with the Gram matrix. */
  AUTO,

  /** With the N×N Gram matrix: N³ + N²n operations. */
  GRAM,

  /** With the n×n matrix ΦᵀΦ: Nn² + n³ operations; only without wide layers above. */
  FEATURES
}
