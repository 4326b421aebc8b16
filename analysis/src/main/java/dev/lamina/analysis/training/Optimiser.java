package dev.lamina.analysis.training;

/**
 * How parameters follow the gradient. Weight decay is the factor λ of the gradient λw that is added
 * for every parameter, biases and normalisations included, as PyTorch does it.
 */
public sealed interface Optimiser {

  /** {@return λ} */
  double weightDecay();

  /**
   * {@return the same with another weight decay}
   *
   * @param decay λ ≥ 0
   */
  Optimiser withWeightDecay(double decay);

  /** {@return how many numbers are kept for each parameter} */
  int memory();

  /** {@return the word used in config files} */
  String text();

  /**
   * w ← w − rate·(g + λw).
   *
   * @param weightDecay λ ≥ 0
   */
  record Descent(double weightDecay) implements Optimiser {
    /** Checks the range. */
    public Descent {
      requireDecay(weightDecay);
    }

    @Override
    public Descent withWeightDecay(double decay) {
      return new Descent(decay);
    }

    @Override
    public int memory() {
      return 0;
    }

    @Override
    public String text() {
      return "descent";
    }
  }

  /**
   * Gradient descent with momentum; see {@link dev.lamina.ops.SgdStep}.
   *
   * @param momentum in [0, 1)
   * @param nesterov whether the step looks ahead
   * @param weightDecay λ ≥ 0
   */
  record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimiser {
    /** Checks the ranges. */
    public Sgd {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new IllegalArgumentException("sgd: momentum must be in [0, 1) but is " + momentum);
      }
      requireDecay(weightDecay);
    }

    @Override
    public Sgd withWeightDecay(double decay) {
      return new Sgd(momentum, nesterov, decay);
    }

    @Override
    public int memory() {
      return 1;
    }

    @Override
    public String text() {
      return "sgd";
    }
  }

  /**
   * Adam (Kingma and Ba 2015); see {@link dev.lamina.ops.AdamStep}.
   *
   * @param beta1 β₁ in [0, 1)
   * @param beta2 β₂ in [0, 1)
   * @param epsilon &gt; 0
   * @param keras whether epsilon is added to the uncorrected √v, as Keras does, instead of the
   *     corrected one, as PyTorch does
   * @param weightDecay λ ≥ 0
   * @param decoupled whether weight decay is applied beside the gradient (Loshchilov and Hutter
   *     2019) instead of through it
   */
  record Adam(
      double beta1,
      double beta2,
      double epsilon,
      boolean keras,
      double weightDecay,
      boolean decoupled)
      implements Optimiser {

    /** The defaults of PyTorch. */
    public static final Adam USUAL = new Adam(0.9, 0.999, 1e-8, false, 0, false);

    /** Checks the ranges. */
    public Adam {
      if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(epsilon > 0)) {
        throw new IllegalArgumentException(
            "adam: both betas must be in [0, 1) and epsilon > 0 but are %s, %s, %s"
                .formatted(beta1, beta2, epsilon));
      }
      requireDecay(weightDecay);
    }

    @Override
    public Adam withWeightDecay(double decay) {
      return new Adam(beta1, beta2, epsilon, keras, decay, decoupled);
    }

    @Override
    public int memory() {
      return 2;
    }

    @Override
    public String text() {
      return "adam";
    }
  }

  /**
   * Langevin dynamics: w ← w − rate·(g + λw) + √(2·rate·T) ξ with Gaussian ξ. For small rates its
   * stationary law is proportional to exp(−(loss + λ‖w‖²/2)/T).
   *
   * @param temperature T ≥ 0
   * @param weightDecay λ ≥ 0
   */
  record Langevin(double temperature, double weightDecay) implements Optimiser {
    /** Checks the ranges. */
    public Langevin {
      if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "langevin: temperature must be ≥ 0 and finite but is " + temperature);
      }
      requireDecay(weightDecay);
    }

    @Override
    public Langevin withWeightDecay(double decay) {
      return new Langevin(temperature, decay);
    }

    @Override
    public int memory() {
      return 0;
    }

    @Override
    public String text() {
      return "langevin";
    }
  }

  private static void requireDecay(double weightDecay) {
    if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "weight decay must be ≥ 0 and finite but is " + weightDecay);
    }
  }
}
