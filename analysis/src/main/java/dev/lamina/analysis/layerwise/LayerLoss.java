package dev.lamina.analysis.layerwise;

/**
 * What a layer's activations cost.
 *
 * @param value the loss, additive constants as the {@linkplain Form form} says
 * @param fit the data term ½ tr YᵀA⁻¹Y with A = K + σ²I; NaN for forms without one
 * @param logDeterminant log det A, neither halved nor times the number of classes; NaN for forms
 *     that do not factor A
 */
public record LayerLoss(double value, double fit, double logDeterminant) {

  /** {@return a loss without parts} */
  static LayerLoss of(double value) {
    return new LayerLoss(value, Double.NaN, Double.NaN);
  }
}
