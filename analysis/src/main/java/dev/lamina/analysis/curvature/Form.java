package dev.lamina.analysis.curvature;

/** Which quadratic form of the risk is meant. */
public enum Form {
  /** Its second derivatives. */
  HESSIAN,
  /**
   * Jᵀ L J with the Jacobian J of the outputs and the second derivatives L of the loss: the Hessian
   * without the second derivatives of the network, positive semi-definite.
   */
  GAUSS_NEWTON
}
